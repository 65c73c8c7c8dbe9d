import { Query } from 'node-appwrite';
import { beforeAll, describe, expect, it } from 'vitest';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';
import { refusal } from './support/refusal.ts';

const contract = useContract({ tables: [notes] });
const main = { databaseId: contract.databaseId, tableId: 'notes' };
const data = [
  {
    $id: 'a',
    title: 'Alpha',
    topic: 'red',
    number: 1,
    weight: 0.5,
    done: true,
    due: '2026-01-01T00:00:00Z',
    labels: ['x', 'y'],
    words: 'Schlagloch in der Hauptstraße',
  },
  {
    $id: 'b',
    title: 'Beta',
    topic: 'RED',
    number: 2,
    weight: 1.5,
    done: false,
    due: '2026-02-01T00:00:00Z',
    labels: ['y'],
    words: 'Straßenlaterne defekt am Marktplatz',
  },
  {
    $id: 'c',
    title: 'Gamma 100%',
    topic: 'blue',
    number: 3,
    done: true,
    labels: ['z'],
    words: 'Pothole near the school',
  },
  { $id: 'd', title: 'Délta', topic: null, number: null, words: 'Lamp broken near the market square' },
];

beforeAll(async () => {
  await contract.tables.createRows({ ...main, rows: data });
});

async function ids(...queries: string[]): Promise<string> {
  const { rows } = await contract.tables.listRows({ ...main, queries });
  return rows.map((row) => row.$id).join('');
}

const list = (...queries: string[]) => refusal(contract.tables.listRows({ ...main, queries }));

describe('a filter', () => {
  it.each([
    ['equal', Query.equal('topic', 'red'), 'ab'],
    ['equal, many', Query.equal('number', [1, 3]), 'ac'],
    ['equal on a boolean', Query.equal('done', true), 'ac'],
    ['equal on $id', Query.equal('$id', ['b', 'd']), 'bd'],
    ['notEqual', Query.notEqual('topic', 'red'), 'c'],
    ['lessThan', Query.lessThan('number', 2), 'a'],
    ['lessThanEqual', Query.lessThanEqual('number', 2), 'ab'],
    ['greaterThan', Query.greaterThan('weight', 0.5), 'b'],
    ['greaterThanEqual on a date', Query.greaterThanEqual('due', '2026-02-01T01:00:00+01:00'), 'b'],
    ['between', Query.between('number', 2, 3), 'bc'],
    ['notBetween', Query.notBetween('number', 2, 3), 'a'],
    ['isNull', Query.isNull('topic'), 'd'],
    ['isNotNull', Query.isNotNull('due'), 'ab'],
    ['startsWith', Query.startsWith('title', 'DEL'), 'd'],
    ['notStartsWith', Query.notStartsWith('title', 'alp'), 'bcd'],
    ['endsWith', Query.endsWith('title', 'ta'), 'bd'],
    ['contains', Query.contains('title', 'AM'), 'c'],
    ['contains, literally', Query.contains('title', '%'), 'c'],
    ['notContains', Query.notContains('title', 'a'), ''],
    ['contains on an array', Query.contains('labels', ['x', 'z']), 'ac'],
    ['containsAll on an array', Query.containsAll('labels', ['x', 'y']), 'a'],
    ['containsAny on an array', Query.containsAny('labels', ['y']), 'ab'],
    ['or', Query.or([Query.equal('$id', 'a'), Query.equal('$id', 'd')]), 'ad'],
    [
      'and in or',
      Query.or([Query.and([Query.equal('topic', 'red'), Query.equal('number', 2)]), Query.isNull('topic')]),
      'bd',
    ],
    ['search by the beginning of a word', Query.search('words', 'schlag'), 'a'],
    ['search by any word', Query.search('words', 'pothole lamp'), 'cd'],
    ['search for a phrase', Query.search('words', '"near the market"'), 'd'],
  ])('%s', async (_, query, expected) => {
    expect(await ids(query)).toBe(expected);
  });

  it('searches hostile words without finding or breaking anything', async () => {
    for (const hostile of ['*', '(((', '"', "' OR 1=1 --", 'NEAR(', 'a"b*c', 'x'.repeat(300), '-lamp AND', '\u0000']) {
      expect(await list(Query.search('words', hostile))).toBe('not refused');
    }
    expect(await ids(Query.search('words', '((('))).toBe('');
  });

  it('is refused on a column that does not exist, with a value of another type, or with too much of anything', async () => {
    const refused = '400 general_query_invalid';
    expect(await list(Query.equal('colour', 'red'))).toBe(refused);
    expect(await list(Query.equal('number', '1'))).toBe(refused);
    expect(await list(JSON.stringify({ method: 'equal', attribute: 'topic', values: [null] }))).toBe(refused);
    expect(await list(Query.equal('topic', []))).toBe(refused);
    expect(await list(Query.search('title', 'x'))).toBe(refused);
    expect(await list('{"method":"teleport"}')).toBe(refused);
    expect(await list('nonsense')).toBe(refused);
    expect(await list(Query.limit(0))).toBe(refused);
    expect(await list(Query.orderAsc('colour'))).toBe(refused);
    expect(
      await list(
        Query.equal(
          'number',
          Array.from({ length: 501 }, (_, index) => index),
        ),
      ),
    ).toBe(refused);
    expect(await list(...Array.from({ length: 101 }, () => Query.isNull('topic')))).toBe(
      '400 general_argument_invalid',
    );
    expect(await list(Query.equal('title', 'x'.repeat(4096)))).toBe('400 general_argument_invalid');
  });
});

describe('an order', () => {
  it('goes by column, both ways, nulls first, and by $sequence at last', async () => {
    expect(await ids(Query.orderDesc('number'))).toBe('cbad');
    expect(await ids(Query.orderAsc('number'))).toBe('dabc');
    expect(await ids(Query.orderDesc('topic'))).toBe('abcd');
    expect(await ids(Query.orderDesc('$sequence'))).toBe('dcba');
    expect(await ids(Query.orderAsc('title'))).toBe('abdc');
  });

  it('is paged by limit and offset', async () => {
    expect(await ids(Query.orderAsc('$id'), Query.limit(2), Query.offset(1))).toBe('bc');
  });

  it('is paged by cursors in both directions', async () => {
    const order = [Query.orderDesc('topic'), Query.isNotNull('topic')];
    expect(await ids(...order, Query.cursorAfter('a'))).toBe('bc');
    expect(await ids(...order, Query.cursorBefore('c'), Query.limit(1))).toBe('b');
    expect(await ids(Query.cursorAfter('b'))).toBe('cd');
    expect(await list(Query.cursorAfter('gone'))).toBe('400 general_cursor_not_found');
    expect(await list(Query.orderAsc('topic'), Query.cursorAfter('d'))).toBe('400 database_query_order_null');
  });

  it('is paged by a keyset, each row once', async () => {
    const seen: string[] = [];
    for (let last: { $createdAt: string; $id: string } | undefined; ; ) {
      const beyond = last && [
        Query.or([
          Query.lessThan('$createdAt', last.$createdAt),
          Query.and([Query.equal('$createdAt', last.$createdAt), Query.lessThan('$id', last.$id)]),
        ]),
      ];
      const queries = [...(beyond ?? []), Query.orderDesc('$createdAt'), Query.orderDesc('$id'), Query.limit(1)];
      const { rows } = await contract.tables.listRows({ ...main, queries });
      last = rows[0];
      if (!last) break;
      seen.push(last.$id);
    }
    expect(seen.sort().join('')).toBe('abcd');
  });
});
