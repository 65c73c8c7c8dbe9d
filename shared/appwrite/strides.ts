import { Query } from 'node-appwrite';
import { type Filter, filterQueries } from './complaint-queries.ts';
import { COUNT_CAP } from './complaints.ts';
import type { Stored } from './row.ts';
import type { Times } from './rows.ts';
import type { Store } from './store.ts';

/** Every row of a condition in the order of one column, passed in strides of what Appwrite counts: no call costs more than that. */
type Walk = { conditions: readonly string[]; column: keyof Times; stopAt: number };
type Walked = { count: number; marks: Stored<Times>[] };

function beyond(column: keyof Times, row: Stored<Times> | undefined): string[] {
  if (!row) return [];
  const value = row[column] ?? 0;
  const tied = Query.and([Query.equal(column, value), Query.greaterThan('$sequence', row.$sequence)]);
  return [Query.or([Query.greaterThan(column, value), tied])];
}

const inOrder = (column: keyof Times) => [Query.orderAsc(column), Query.orderAsc('$sequence')];

/** undefined when the time is up. */
async function walk({ times }: Store, { conditions, column, stopAt }: Walk): Promise<Walked | undefined> {
  const marks: Stored<Times>[] = [];
  while (Date.now() < stopAt) {
    const ahead = [...conditions, ...beyond(column, marks.at(-1))];
    const step = [...inOrder(column), Query.limit(1), Query.offset(COUNT_CAP - 1)];
    const { rows, total } = await times.list([...ahead, ...step], { total: true });
    const [last] = rows;
    if (!last) return { count: marks.length * COUNT_CAP + total, marks };
    marks.push(last);
  }
  return undefined;
}

/** How many there are, however many; undefined when the time is up before. */
export async function countExactly(store: Store, filter: Filter, stopAt: number): Promise<number | undefined> {
  return (await walk(store, { conditions: filterQueries(filter), column: 'filedAt', stopAt }))?.count;
}

export type Span = 'secondsToAcknowledge' | 'secondsToResolve';

/** The median of a span over all visible complaints that have one: null without any, undefined when the time is up. */
export async function medianOf(store: Store, column: Span, stopAt: number): Promise<number | null | undefined> {
  const conditions = [Query.equal('hidden', false), Query.greaterThanEqual(column, 0)];
  const walked = await walk(store, { conditions, column, stopAt });
  if (!walked) return undefined;
  if (walked.count === 0) return null;
  const middle = Math.floor((walked.count - 1) / 2);
  const mark = walked.marks[Math.floor(middle / COUNT_CAP) - 1];
  const place = [Query.limit(2), Query.offset(middle % COUNT_CAP)];
  const { rows } = await store.times.list([...conditions, ...beyond(column, mark), ...inOrder(column), ...place]);
  const [low = 0, high = low] = rows.map((row) => row[column] ?? 0);
  return walked.count % 2 === 1 ? low : Math.round((low + high) / 2);
}

/** The times of visible complaints filed in a period, oldest first, after one of them; at most 5000. */
export async function listTimes(
  store: Store,
  period: { from: Date; to: Date },
  after?: Stored<Times>,
): Promise<Stored<Times>[]> {
  const { rows } = await store.times.list([
    Query.equal('hidden', false),
    Query.greaterThanEqual('filedAt', period.from.toISOString()),
    Query.lessThan('filedAt', period.to.toISOString()),
    ...beyond('filedAt', after),
    ...inOrder('filedAt'),
    Query.limit(COUNT_CAP),
  ]);
  return rows;
}
