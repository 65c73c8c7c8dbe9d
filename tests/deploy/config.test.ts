import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { indexLength, keyLength, rowBytes, widthOf } from 'local-appwrite/schema-limits';
import { describe, expect, it } from 'vitest';
import { readDeclaration } from '#scripts/deploy/declaration.ts';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { ROUTES } from '#scripts/project/routes.ts';
import { BUCKET_ID, DATABASE_ID, TABLE_IDS } from '#shared/appwrite/resources.ts';

const declared = readDeclaration(PROJECT_FILE);
const scopesOf = (id: string) => declared.functions.find(({ $id }) => $id === id)?.scopes;

const repository = fileURLToPath(new URL('../../', import.meta.url));

describe('the workflow', () => {
  const workflow = readFileSync(join(repository, '.github/workflows/ci.yml'), 'utf8');

  it('uses actions of others only at a pinned commit', () => {
    const uses = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
  });

  it('gives the key only to pushes on main, and uses existing commands', () => {
    const [, deployment = ''] = workflow.split('\n  deploy:');
    expect(workflow.replace(deployment, '')).not.toContain('secrets.');
    expect(deployment).toContain("if: github.event_name == 'push'");
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    for (const [, name = ''] of workflow.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(name);
  });
});

describe('the operating guide', () => {
  it('links to existing files', () => {
    const guide = join(repository, 'scripts/deploy/OPERATING.md');
    const links = [...readFileSync(guide, 'utf8').matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);
    for (const link of links) expect(existsSync(join(guide, '..', link)) || URL.canParse(link)).toBe(true);
  });

  it('mentions every table', () => {
    const text = readFileSync(join(repository, 'scripts/deploy/OPERATING.md'), 'utf8');
    for (const id of TABLE_IDS) expect(text).toContain(`| \`${id}\``);
  });
});

describe('appwrite.json', () => {
  it('declares the tables, the database and the bucket that the code uses', () => {
    expect(declared.tables.map(({ $id }) => $id).sort()).toEqual([...TABLE_IDS].sort());
    expect(declared.tablesDB.map(({ $id }) => $id)).toEqual([DATABASE_ID]);
    expect(declared.buckets.map(({ $id }) => $id)).toEqual([BUCKET_ID]);
    expect(new Set(declared.tables.map(({ databaseId }) => databaseId))).toEqual(new Set([DATABASE_ID]));
  });

  it('declares every function that has routes, and builds each from its own folder', () => {
    const ids = declared.functions.map(({ $id }) => $id);
    for (const id of Object.keys(ROUTES)) expect(ids).toContain(id);
    for (const { $id, path } of declared.functions) expect(path).toBe(`functions/${$id}/dist`);
  });

  it('grants clients no access to tables, rows or files', () => {
    for (const { $permissions, rowSecurity } of declared.tables) {
      expect({ $permissions, rowSecurity }).toEqual({ $permissions: [], rowSecurity: false });
    }
    for (const { $permissions, fileSecurity } of declared.buckets) {
      expect({ $permissions, fileSecurity }).toEqual({ $permissions: [], fileSecurity: false });
    }
  });

  it('gives each function exactly the scopes that it needs', () => {
    const rows = ['rows.read', 'rows.write'];
    const media = [...rows, 'files.read', 'files.write', 'tokens.read', 'tokens.write'];
    expect(scopesOf('auth')).toEqual(rows);
    expect(scopesOf('users')).toEqual(rows);
    expect(scopesOf('complaints')).toEqual(media);
    expect(scopesOf('media-cleanup')).toEqual([...rows, 'files.read', 'files.write']);
    expect(scopesOf('maintenance')).toEqual(media);
    const mail = ['users.read', 'users.write', 'messages.read', 'messages.write'];
    expect(scopesOf('notifications')).toEqual([...rows, ...mail]);
    expect(scopesOf('docs')).toEqual([]);
  });

  it('has one function called by deletions and one by its schedule, and clients can call neither', () => {
    const known = (id: string) => declared.functions.find(({ $id }) => $id === id);
    const events = ['complaints', 'users'].map((table) => `databases.${DATABASE_ID}.tables.${table}.rows.*.delete`);
    expect(known('media-cleanup')).toMatchObject({ execute: [], events, schedule: '' });
    expect(known('maintenance')).toMatchObject({ execute: [], events: [], schedule: '*/10 * * * *' });
    const told = [`databases.${DATABASE_ID}.tables.outbox.rows.*.create`];
    expect(known('notifications')).toMatchObject({ execute: [], events: told, schedule: '* * * * *' });
  });

  it('gives functions that clients call a timeout of at most 25 s, less than Appwrite waits for them', () => {
    for (const { execute, timeout } of declared.functions)
      if (execute.length > 0) expect(timeout).toBeLessThanOrEqual(25);
  });

  it('uses one runtime for all functions, and no build step that needs the network', () => {
    expect(new Set(declared.functions.map(({ runtime }) => runtime))).toEqual(new Set(['node-24']));
    for (const { commands } of declared.functions) expect(commands).toBe('');
  });

  it.each(declared.tables.map((table) => [table.$id, table] as const))('declares every key of %s', (_, table) => {
    for (const column of table.columns) {
      const { type, format } = column;
      expect(column).toHaveProperty('default');
      if (column.required) expect(column.default).toBeNull();
      if (type === 'string' && format !== 'enum')
        expect(column).toMatchObject({ size: expect.any(Number), encrypt: false });
      if (type === 'integer' || type === 'double') {
        expect(column).toMatchObject({ min: expect.any(Number), max: expect.any(Number) });
        expect(Number.isSafeInteger(Math.trunc(column.min ?? Number.NaN))).toBe(true);
      }
      if (format === 'enum') expect(column.elements?.length).toBeGreaterThan(1);
    }
    for (const { columns, orders, type } of table.indexes) {
      if (type !== 'fulltext') expect(orders).toHaveLength(columns.length);
    }
  });

  it.each(declared.tables.map((table) => [table.$id, table] as const))(
    'fits MariaDB: row width and index keys of %s',
    (_, table) => {
      expect(widthOf(table.columns)).toBeLessThanOrEqual(rowBytes);
      const system = ['$id', '$createdAt', '$updatedAt'];
      for (const { columns, type } of table.indexes) {
        const found = columns.map((key) => table.columns.find((column) => column.key === key));
        for (const [at, column] of found.entries())
          expect(column !== undefined || system.includes(columns[at] ?? '')).toBe(true);
        expect(found.some((column) => column?.array)).toBe(false);
        if (type === 'fulltext') expect(columns).toHaveLength(1);
        else expect(keyLength(found)).toBeLessThanOrEqual(indexLength);
      }
      expect(table.indexes.length).toBeLessThanOrEqual(61);
    },
  );

  it('keeps ids and keys within 36 characters', () => {
    const keys = declared.tables.flatMap((table) => [
      table.$id,
      ...[...table.columns, ...table.indexes].map(({ key }) => key),
    ]);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,35}$/);
  });

  it('contains no secret', () => {
    const text = JSON.stringify(declared).replace('"key":"secret"', '');
    expect(text).not.toMatch(/secret|standard_|"vars"/i);
  });
});
