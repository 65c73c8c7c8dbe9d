import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Query } from 'node-appwrite';
import { beforeAll, describe, expect, it } from 'vitest';
import { engineNamed } from '../../src/database/engine.ts';
import { startLocalAppwrite } from '../../src/index.ts';
import { generalWeights } from '../../src/rows/collation.ts';
import { useLocalAppwrite } from './support/harness.ts';
import { notes } from './support/project.ts';
import { refusal } from './support/refusal.ts';

// The recording covers MariaDB and PostgreSQL; these tests cover what has no recorded step.
const place = { databaseId: 'main', tableId: 'notes' };

describe('on MongoDB (read, not run)', () => {
  const server = useLocalAppwrite({ tables: [notes] }, { database: 'mongodb' });
  const rows = [
    { rowId: 'a', data: { title: 'Ärger', topic: 'x', words: 'the lamp is broken' } },
    { rowId: 'b', data: { title: 'arger', topic: null, words: 'the lamps are broken' } },
    { rowId: 'c', data: { title: 'Zoe', topic: 'X', words: null } },
  ];
  const ids = async (...queries: string[]) => {
    const found = await server.tables.listRows({ ...place, queries: [...queries, Query.orderAsc('$sequence')] });
    return found.rows.map(({ $id }) => $id).join('');
  };

  beforeAll(async () => {
    for (const row of rows) await server.tables.createRow({ ...place, ...row });
  });

  it('texts compare exactly and sort by code point', async () => {
    expect(await ids(Query.equal('topic', 'x'))).toBe('a');
    expect(await ids(Query.orderAsc('title'))).toBe('cba');
  });

  it('a negation matches nulls, and nulls sort first', async () => {
    expect(await ids(Query.notEqual('topic', 'x'))).toBe('bc');
    expect(await ids(Query.notContains('topic', ['x']))).toBe('b');
    expect(await ids(Query.orderAsc('topic'))).toBe('bca');
  });

  it('$sequence is a UUID, and compares with UUIDs only', async () => {
    const { rows: all } = await server.tables.listRows({ ...place, queries: [Query.orderAsc('$sequence')] });
    const sequence = String(all[0]?.$sequence);
    expect(sequence).toMatch(/^[\da-f]{8}-[\da-f]{4}-7/);
    expect(await ids(Query.greaterThan('$sequence', sequence))).toBe('bc');
    expect(await refusal(ids(Query.greaterThan('$sequence', '1')))).toBe('400 general_query_invalid');
  });

  it('a search finds whole words; a list may have one search', async () => {
    expect(await ids(Query.search('words', 'LAMP'))).toBe('a');
    expect(await ids(Query.search('words', '"lamps are"'))).toBe('b');
    expect(await ids(Query.search('words', 'lam'))).toBe('');
    const twice = ids(Query.search('words', 'lamp'), Query.search('words', 'broken'));
    expect(await refusal(twice)).toBe('500 general_unknown');
  });

  it('startsWith is refused, because the adapter does not anchor it', async () => {
    expect(await refusal(ids(Query.startsWith('title', 'Z')))).toBe('501 general_not_implemented_locally');
    expect(await ids(Query.contains('title', ['RGE']))).toBe('ab');
  });
});

describe('on PostgreSQL', () => {
  const server = useLocalAppwrite({ tables: [notes] }, { database: 'postgresql' });

  it('a row whose indexed text does not compress below 2,704 bytes cannot be written', async () => {
    const write = (rowId: string, words: string) =>
      server.tables.createRow({ ...place, rowId, data: { title: rowId, words } });
    await write('short', randomBytes(1300).toString('hex'));
    await write('repeated', 'word '.repeat(799));
    expect(await refusal(write('long', randomBytes(2900).toString('base64')))).toBe('500 general_unknown');
    const change = server.tables.updateRow({
      ...place,
      rowId: 'short',
      data: { words: randomBytes(2900).toString('base64') },
    });
    expect(await refusal(change)).toBe('500 general_unknown');
  });
});

describe('the database option', () => {
  it('refuses an unknown name', () => {
    expect(() => engineNamed('oracle')).toThrow('There is no database oracle. Known: mariadb, postgresql, mongodb.');
  });

  it('refuses a data folder that was made for another database', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'databases-'));
    await (await startLocalAppwrite({ dataDir, database: 'postgresql' })).close();
    await expect(startLocalAppwrite({ dataDir })).rejects.toThrow('made for postgresql, not for mariadb');
    await (await startLocalAppwrite({ dataDir, database: 'postgresql' })).close();
    await rm(dataDir, { recursive: true });
  });
});

it.each([
  ['Ärger', 'ARGER'],
  ['straße', 'STRASE'],
  ['ışık', 'ISIK'],
  ['йод ёлка', 'ЙОД ЕЛКА'],
  ['ΆΣΣΟΣ άσσος', 'ΑΣΣΟΣ ΑΣΣΟΣ'],
  ['e\u0301', 'E\u0301'],
  ['😀', '\ufffd'],
  ['ǅ µ ⓐ ｚ ⅳ', 'Ǆ Μ Ⓐ Ｚ Ⅳ'],
  ['đ ł ø æ', 'Đ Ł Ø Æ'],
  ['हिन्दी', 'हिन्दी'],
])('utf8mb4_general_ci weighs %s as %s', (text, weights) => {
  expect(generalWeights(text)).toBe(weights);
});
