import { isFields } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';

export type Query = { method: string; attribute: string; values: unknown[]; queries: Query[] };

const logical = new Set(['and', 'or', 'elemMatch']);
const methods = new Set(
  `equal notEqual lessThan lessThanEqual greaterThan greaterThanEqual contains containsAny containsAll notContains
   search notSearch isNull isNotNull between notBetween startsWith notStartsWith endsWith notEndsWith regex
   exists notExists and or elemMatch select orderAsc orderDesc orderRandom limit offset cursorAfter cursorBefore
   crosses notCrosses distanceEqual distanceNotEqual distanceGreaterThan distanceLessThan intersects notIntersects
   overlaps notOverlaps touches notTouches vectorDot vectorCosine vectorEuclidean`.split(/\s+/),
);

export function parseQueries(input: unknown): Query[] {
  if (input === undefined || input === null || input === '') return [];
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
    return readQuery(JSON.parse(text));
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw invalidQuery('Syntax error');
  }
}

function readQuery(value: unknown): Query {
  if (!isFields(value)) throw invalidQuery('Must be an array');
  const { method = '', attribute = '', values = [] } = value;
  if (typeof method !== 'string' || !methods.has(method))
    throw new ApiError('general_query_invalid', `Invalid query method: ${method}`);
  if (typeof attribute !== 'string')
    throw new ApiError('general_query_invalid', 'Invalid query attribute. Must be a string');
  if (!Array.isArray(values)) throw new ApiError('general_query_invalid', 'Invalid query values. Must be an array');
  return logical.has(method)
    ? { method, attribute, values: [], queries: values.map(readQuery) }
    : { method, attribute, values, queries: [] };
}

export function invalidQuery(reason: string): ApiError {
  return new ApiError('general_query_invalid', `Invalid query: ${reason}`);
}
