import type { Call, Fields, Reply } from '../../http/call.ts';
import { ApiError, invalidParam } from '../../http/errors.ts';
import type { Definition } from '../../project/definitions.ts';
import { parseQueries, type Query } from '../../rows/query.ts';
import { booleanParameter } from './fields.ts';

type Listed = {
  /** The key of the list in the answer. */
  name: string;
  show?: (item: Definition) => Fields;
  /** What queries may name besides `$id`, `$createdAt`, `$updatedAt` and `$sequence`; by default anything. */
  attributes?: readonly string[];
  /** The text to search; by default the id and the name. */
  searched?: (item: Definition) => string;
};

const own = ['$id', '$createdAt', '$updatedAt', '$sequence', ''];
const pages = ['limit', 'offset', 'cursorAfter', 'cursorBefore'];

/**
 * A page of definitions. Any mistake in a query is `general_argument_invalid`, because Appwrite checks queries as a
 * parameter here. Only the filters that the SDK and the CLI send are supported.
 */
export function listing(call: Call, found: Definition[], { name, show, attributes, searched }: Listed): Reply {
  const queries = listQueries(call, attributes);
  const search = String(call.query.search ?? '');
  const text = searched ?? (({ $id, name: called }: Definition) => `${$id} ${called}`);
  const items = search === '' ? found : found.filter((item) => hasWords(text(item), search));
  const filtered = queries.reduce(filter, items);
  const ordered = queries.filter(({ method }) => method.startsWith('order')).reduceRight(order, filtered);
  const page = pageOf(ordered, queries).map((item) => (show ? show(item) : item));
  return { status: 200, body: { total: wantsTotal(call) ? filtered.length : 0, [name]: page } };
}

/** Reads the `queries` of a list; throws for attributes that it does not allow. */
export function listQueries(call: Call, attributes?: readonly string[]): Query[] {
  return asArgument(() => {
    const queries = parseQueries(call.query.queries);
    for (const query of queries) checkQuery(query, attributes);
    return queries;
  });
}

/** Reports failed checks of queries as an invalid `queries` parameter. */
export function asArgument<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof ApiError && error.type === 'general_query_invalid') {
      throw invalidParam('queries', error.message);
    }
    throw error;
  }
}

function checkQuery({ method, attribute, values, queries }: Query, attributes?: readonly string[]): void {
  if (method === 'select') throw invalidParam('queries', 'Invalid query method: select');
  if (method === 'limit' && !(Number(values[0]) >= 1)) throw invalidParam('queries', 'Invalid limit: at least 1');
  for (const part of queries) checkQuery(part, attributes);
  const names = !pages.includes(method) && queries.length === 0;
  if (names && attributes && ![...own, ...attributes].includes(attribute)) {
    throw invalidParam('queries', `Invalid query: Attribute not found in schema: ${attribute}`);
  }
}

/**
 * `total=0` skips the total. `false` in a query string is a non-empty text and so counts as true (storage-126, 127).
 */
export function wantsTotal(call: Call): boolean {
  return call.query.total === 'false' || booleanParameter(call, 'total', true);
}

function filter(items: Definition[], { method, attribute, values }: Query): Definition[] {
  if (pages.includes(method) || method.startsWith('order')) return items;
  switch (method) {
    case 'equal':
      return items.filter((item) => values.includes(item[attribute]));
    case 'notEqual':
      return items.filter((item) => !values.includes(item[attribute]));
    case 'lessThan':
      return items.filter((item) => compare(item[attribute], values[0]) < 0);
    case 'lessThanEqual':
      return items.filter((item) => compare(item[attribute], values[0]) <= 0);
    case 'greaterThan':
      return items.filter((item) => compare(item[attribute], values[0]) > 0);
    case 'greaterThanEqual':
      return items.filter((item) => compare(item[attribute], values[0]) >= 0);
    default:
      throw new ApiError(
        'general_not_implemented_locally',
        `The local Appwrite does not filter this list by ${method}.`,
      );
  }
}

function order(items: Definition[], { method, attribute }: Query): Definition[] {
  const sign = method === 'orderDesc' ? -1 : 1;
  if (attribute !== '' && attribute !== '$sequence') {
    return items.toSorted((a, b) => sign * compare(a[attribute], b[attribute]));
  }
  return sign < 0 ? items.toReversed() : items;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [first, second] = [String(a ?? '').toLowerCase(), String(b ?? '').toLowerCase()];
  return first < second ? -1 : Number(first > second);
}

function pageOf(items: Definition[], queries: Query[]): Definition[] {
  const given = (wanted: string) => queries.find(({ method }) => method === wanted)?.values[0];
  const limit = Number(given('limit') ?? 25);
  const cursor = given('cursorAfter') ?? given('cursorBefore');
  if (cursor === undefined) return items.slice(Number(given('offset') ?? 0)).slice(0, limit);
  const at = items.findIndex((item) => item.$id === cursor);
  if (at < 0) throw new ApiError('general_cursor_not_found');
  if (given('cursorAfter') !== undefined) return items.slice(at + 1, at + 1 + limit);
  return items.slice(Math.max(0, at - limit), at);
}

/**
 * Fulltext as MariaDB does it for these lists: any word of three letters or more matches; the last one may be a prefix.
 */
function hasWords(text: string, search: string): boolean {
  const split = (words: string) => words.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [];
  const known = split(text);
  const wanted = split(search);
  return wanted.some((word, at) =>
    known.some((other) => (at === wanted.length - 1 ? other.startsWith(word) : other === word)),
  );
}
