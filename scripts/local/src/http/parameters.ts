import { idRule, isCustomId } from '../ids.ts';
import { type Call, isFields } from './call.ts';
import { ApiError, invalidParam } from './errors.ts';

/** What a parameter has to be. Null counts as absent where it is `nullable`; elsewhere PHP fails on it: 500. */
type Rule = { is: (value: unknown) => boolean; says: string; nullable?: boolean };

export const rules = {
  uid: { is: isCustomId, says: idRule, nullable: true },
  // PHP finds that true equals 'unique()' and makes the text '1' of it.
  newId: { is: (value) => value === 'unique()' || value === true || isCustomId(value), says: idRule },
  json: { is: isJson, says: 'Value must be a valid JSON string' },
  list: { is: Array.isArray, says: 'Value must a valid array' },
  number: { is: isNumeric, says: 'Value must be a valid number' },
  bound: { is: isNumeric, says: 'Value must be a valid number', nullable: true },
  boolean: { is: (value) => typeof value === 'boolean', says: 'Value must be a valid boolean' },
} satisfies Record<string, Rule>;

/** A list of at most so many objects. */
export function jsonList(most: number): Rule {
  const is = (value: unknown) => Array.isArray(value) && value.length <= most && value.every(isJson);
  return { is, says: `Value must a valid array no longer than ${most} items`, nullable: true };
}

/**
 * A parameter as Appwrite's HTTP layer reads it: of a GET from the query string, of any other method from the body only.
 * Undefined when it is absent.
 */
export function parameter(call: Call, name: string, { is, says, nullable = false }: Rule): unknown {
  const value = (call.method === 'GET' ? call.query : call.body)[name];
  if (value === undefined || (value === null && nullable)) return undefined;
  if (value === null) throw new ApiError('general_unknown', 'Server Error');
  if (!is(value)) throw invalidParam(name, says);
  return value;
}

/** Refuses ids in the path that cannot be any. */
export function checkPath({ params }: Call): void {
  for (const [name, id] of Object.entries(params)) {
    if (!isCustomId(id)) throw invalidParam(name, idRule);
  }
}

/** JSON as a value or as its text; lists become objects with numbers for keys, as in PHP. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  const decoded = typeof value === 'string' ? JSON.parse(value) : value;
  return { ...(Array.isArray(decoded) || isFields(decoded) ? decoded : {}) } as Record<string, unknown>;
}

/** What PHP's `is_numeric` says. */
export function isNumeric(value: unknown): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(value);
}

function isJson(value: unknown): boolean {
  if (typeof value !== 'string') return typeof value === 'object' && value !== null;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
