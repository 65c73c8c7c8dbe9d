import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import {
  type Filter,
  indexedQueries,
  type Order,
  orderOf,
  orderQueries,
  type Stream,
  streamsOf,
} from '#shared/appwrite/complaint-queries.ts';
import { followQueries } from '#shared/appwrite/follows.ts';
import { besideQueries, rangeQueries } from '#shared/appwrite/places.ts';
import { wordQueries } from '#shared/appwrite/words.ts';
import { SORTS } from '#shared/domain/complaint.ts';
import type { ReadScope } from '#shared/domain/policy.ts';

type Query = { method: string; attribute?: string; values?: unknown[] };
type Index = { key: string; columns: string[] };

const { tables }: { tables: { $id: string; columns: { key: string }[]; indexes: Index[] }[] } = JSON.parse(
  readFileSync(PROJECT_FILE, 'utf8'),
);

/** The column of a condition; for an OR the one column that all its conditions have, otherwise undefined. */
function columnOf({ method, attribute, values }: Query): string | undefined {
  if (method !== 'or') return attribute;
  const columns = new Set((values as Query[]).map(columnOf));
  return columns.size === 1 ? [...columns][0] : undefined;
}

/**
 * The index for these conditions in this order: first the columns with one value, in any sequence, then those of the
 * order. A range must be on the first column of the order. Undefined when there is no such index.
 */
function indexFor(tableId: string, texts: readonly string[]): Index | undefined {
  const queries = texts.map((text): Query => JSON.parse(text));
  const isOrder = ({ method }: Query) => method.startsWith('order');
  const order = queries.filter(isOrder).map(({ attribute = '' }) => attribute);
  const conditions = queries.filter((query) => !isOrder(query) && query.method !== 'limit');
  const isFixed = ({ method, values }: Query) => (method === 'equal' && values?.length === 1) || method === 'isNull';
  const fixed = conditions.filter(isFixed).map(({ attribute = '' }) => attribute);
  const ranges = conditions.filter((query) => !isFixed(query)).map(columnOf);
  const indexes = tables.find((table) => table.$id === tableId)?.indexes ?? [];
  if (ranges.some((column) => column !== order[0])) return undefined;
  return indexes.find(({ columns }) => {
    const start = columns.slice(0, fixed.length);
    const then = columns.slice(fixed.length, fixed.length + order.length);
    return start.toSorted().join() === fixed.toSorted().join() && then.join() === order.join();
  });
}

const now = new Date('2026-11-26T12:00:00Z');
const SCOPES: ReadScope[] = [{ desk: true }, { desk: false, userId: undefined }, { desk: false, userId: 'me' }];
const byFiling: Omit<Filter, 'scope'>[] = [
  {},
  { from: now, to: now },
  { statuses: ['created'] },
  { statuses: ['created', 'on_hold'], to: now },
  { category: 'roads', from: now },
  { category: null },
  { category: 'roads', statuses: ['created', 'closed'] },
  { reporter: { name: 'ada', unmasked: true } },
  { reporter: { name: 'ada', unmasked: false } },
  { mine: 'me' },
  { assignedTo: 'grace' },
  { assignedTo: null },
  { assignedTo: null, statuses: ['created'] },
  { hidden: true },
  { hidden: false },
  { overdue: { at: now, is: false } },
  { overdue: { at: now, is: false }, category: 'roads', mine: 'me', assignedTo: null, statuses: ['closed'] },
];
const byOtherTimes: Omit<Filter, 'scope'>[] = [
  {},
  { statuses: ['created'] },
  { assignedTo: 'grace' },
  { assignedTo: 'grace', statuses: ['created', 'on_hold'] },
  { assignedTo: null },
];
const late: Omit<Filter, 'scope'>[] = [
  { overdue: { at: now, is: true } },
  { overdue: { at: now, is: true }, mine: 'me' },
];

function streamQueries(stream: Stream, filter: Filter, order: Order): string[] {
  const span = { after: '0m1abcdefghijklmnopq', upTo: '0m1abcdef' };
  return [...indexedQueries(stream, filter, order, span), ...orderQueries(stream, order)];
}

it('every stream of every list has an index for its conditions and its order', () => {
  let checked = 0;
  for (const sort of SORTS) {
    const order = orderOf(sort);
    const filters = order.key === '$id' ? byFiling : order.key === 'dueKey' ? [...byOtherTimes, ...late] : byOtherTimes;
    for (const rest of filters) {
      for (const scope of SCOPES) {
        const filter = { ...rest, scope };
        for (const stream of streamsOf(filter, order)) {
          const queries = streamQueries(stream, filter, order);
          expect(
            indexFor('complaints', queries),
            `${sort} ${JSON.stringify(rest)}: ${queries.join(' ')}`,
          ).toBeDefined();
          checked += 1;
        }
      }
    }
  }
  expect(checked).toBeGreaterThan(150);
});

it('searches by words and by place have an index', () => {
  for (const descending of [true, false]) {
    const queries = wordQueries('lamp', { after: '0m1', from: '0m0', to: '0m2', descending, limit: 9 });
    expect(indexFor('words', queries)?.key).toBe('word');
  }
  const ranges = [
    { from: '00', to: '0f' },
    { from: '20', to: '2f' },
  ];
  for (const scope of SCOPES) {
    const places = [
      rangeQueries(scope, ranges, 9),
      rangeQueries(scope, ranges.slice(1), 9),
      besideQueries(scope, '00', 'before', 9),
      besideQueries(scope, '00', 'after', 9),
    ];
    // Nearly all complaints are visible, so no index contains `hidden`.
    const onIndex = (queries: string[]) => queries.filter((text) => JSON.parse(text).attribute !== 'hidden');
    for (const queries of places) expect(indexFor('complaints', onIndex(queries))?.key).toBe('place');
  }
});

it('the complaints that a person follows are listed by an index', () => {
  for (const descending of [true, false]) {
    const queries = followQueries('me', { after: '0m1', from: '0m0', to: '0m2', descending, limit: 9 });
    expect(indexFor('follows', queries)?.key).toBe('person');
  }
});

it('an order that no index has is noticed', () => {
  const order = '{"method":"orderAsc","attribute":"title"}';
  expect(indexFor('complaints', [order])).toBeUndefined();
  const [stream] = streamsOf({ scope: { desk: true }, statuses: ['created'] }, orderOf('createdAt'));
  expect(stream?.fixed).toEqual([['status', 'created']]);
  expect(indexFor('complaints', ['{"method":"equal","attribute":"progress","values":[1]}', order])).toBeUndefined();
});

it('no column that follows others in an index has an index of its own', () => {
  const complaints = tables.find(({ $id }) => $id === 'complaints');
  for (const column of ['filedWithin', 'changedWithin', 'dueWithin']) {
    expect(complaints?.indexes.some(({ columns }) => columns.indexOf(column) > 0)).toBe(true);
    expect(complaints?.indexes.some(({ columns }) => columns[0] === column)).toBe(false);
  }
});
