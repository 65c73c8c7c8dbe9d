import type { Call, Fields, Reply } from '../../http/call.ts';
import { ApiError } from '../../http/errors.ts';
import type { Definition } from '../../project/definitions.ts';
import { invalidQuery, parseQueries, type Query } from '../../rows/query.ts';

/** A page of definitions: the queries that the SDK and the CLI send, and a refusal of all others. */
export function listing(
  call: Call,
  found: Definition[],
  as: { name: string; show?: (item: Definition) => Fields },
): Reply {
  const queries = parseQueries(call.query.queries);
  const filtered = queries.reduce((items, query) => narrowed(items, query), found);
  const page = filtered.slice(startOf(filtered, queries)).slice(0, numberOf(queries, 'limit', 25));
  const show = as.show ?? ((item) => item);
  return { status: 200, body: { total: filtered.length, [as.name]: page.map(show) } };
}

function narrowed(items: Definition[], { method, attribute, values }: Query): Definition[] {
  switch (method) {
    case 'equal':
      return items.filter((item) => values.includes(item[attribute]));
    case 'notEqual':
      return items.filter((item) => !values.includes(item[attribute]));
    case 'orderDesc':
      return items.toReversed();
    case 'orderAsc':
    case 'limit':
    case 'offset':
    case 'cursorAfter':
      return items;
    default:
      throw invalidQuery(`Query not valid: ${method}`);
  }
}

function startOf(items: Definition[], queries: Query[]): number {
  const cursor = queries.find(({ method }) => method === 'cursorAfter');
  if (!cursor) return numberOf(queries, 'offset', 0);
  const index = items.findIndex((item) => item.$id === cursor.values[0]);
  if (index < 0) throw new ApiError('general_cursor_not_found');
  return index + 1;
}

function numberOf(queries: Query[], wanted: string, fallback: number): number {
  const query = queries.find(({ method }) => method === wanted);
  return query ? Number(query.values[0]) : fallback;
}
