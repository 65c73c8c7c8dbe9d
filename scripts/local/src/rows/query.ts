import { isFields } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';
import { parseJson } from '../http/json.ts';

/** `queries`: those nested in `and`, `or` and `elemMatch`. */
export type Query = { method: string; attribute: string; values: unknown[]; queries: Query[] };

const logical = new Set(['and', 'or', 'elemMatch']);
const methods = new Set(
  `equal notEqual lessThan lessThanEqual greaterThan greaterThanEqual contains containsAny containsAll notContains
   search notSearch isNull isNotNull between notBetween startsWith notStartsWith endsWith notEndsWith regex
   exists notExists and or elemMatch select orderAsc orderDesc orderRandom limit offset cursorAfter cursorBefore
   crosses notCrosses distanceEqual distanceNotEqual distanceGreaterThan distanceLessThan intersects notIntersects
   overlaps notOverlaps touches notTouches vectorDot vectorCosine vectorEuclidean`.split(/\s+/),
);

/** Parses the queries of a list: at most 100 texts of 1 to 4096 characters. */
export function parseQueries(input: unknown): Query[] {
  if (input === undefined || input === null) return [];
  if (!Array.isArray(input) || input.length > 100) {
    throw invalidParam('queries', 'Value must a valid array no longer than 100 items');
  }
  return input.map((text) => {
    if (typeof text !== 'string' || text.length === 0 || text.length > 4096) {
      throw invalidParam('queries', 'Value must be a valid string and at least 1 chars and no longer than 4096 chars');
    }
    return parseQuery(text);
  });
}

function parseQuery(text: string): Query {
  try {
    return readQuery(parseJson(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidQuery('Syntax error');
    throw error;
  }
}

function readQuery(value: unknown): Query {
  const given = Array.isArray(value) ? {} : value;
  if (!isFields(given)) throw invalidQuery('Must be an array');
  const { method = '', attribute = '', values = [] } = given;
  if (typeof method !== 'string' || !methods.has(method))
    throw new ApiError('general_query_invalid', `Invalid query method: ${method}`);
  if (typeof (attribute ?? '') !== 'string')
    throw new ApiError('general_query_invalid', 'Invalid query attribute. Must be a string');
  if (!isFields(values) && !Array.isArray(values))
    throw new ApiError('general_query_invalid', 'Invalid query values. Must be an array');
  const items = Object.values(values ?? []);
  const named = { method, attribute: String(attribute ?? '') };
  return logical.has(method)
    ? { ...named, values: [], queries: items.map(readNested) }
    : { ...named, values: items, queries: [] };
}

/** Inside of `and` and `or` Appwrite expects objects; anything else is 500. */
function readNested(value: unknown): Query {
  if (typeof value !== 'object' || value === null) throw new ApiError('general_unknown', 'Server Error');
  return readQuery(value);
}

export function invalidQuery(reason: string): ApiError {
  return new ApiError('general_query_invalid', `Invalid query: ${reason}`);
}
