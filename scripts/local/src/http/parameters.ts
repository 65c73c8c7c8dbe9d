import { idRule, isCustomId } from '../ids.ts';
import { type Call, isFields } from './call.ts';
import { ApiError, invalidParam } from './errors.ts';

/** The rule for a parameter. Null counts as absent if `nullable`; otherwise PHP fails on it with 500. */
type Rule = { is: (value: unknown) => boolean; says: string; nullable?: boolean };

export const rules = {
  uid: { is: isCustomId, says: idRule, nullable: true },
  // In PHP true equals 'unique()', and becomes the text '1'.
  newId: { is: (value) => value === 'unique()' || value === true || isCustomId(value), says: idRule },
  json: { is: isJson, says: 'Value must be a valid JSON string' },
  list: { is: Array.isArray, says: 'Value must a valid array' },
  number: { is: isNumeric, says: 'Value must be a valid number' },
  bound: { is: isNumeric, says: 'Value must be a valid number', nullable: true },
  boolean: { is: (value) => typeof value === 'boolean', says: 'Value must be a valid boolean' },
} satisfies Record<string, Rule>;

/** A list of at most so many objects, each as a value or as JSON text. */
export function jsonList(most: number): Rule {
  const is = (value: unknown) => Array.isArray(value) && value.length <= most && value.every(isJson);
  return { is, says: `Value must a valid array no longer than ${most} items`, nullable: true };
}

/**
 * Reads a parameter as Appwrite's HTTP layer does: for a GET from the query string, for other methods from the body
 * only. Returns undefined if it is absent; throws if it breaks the rule.
 */
export function parameter(call: Call, name: string, { is, says, nullable = false }: Rule): unknown {
  const value = (call.method === 'GET' ? call.query : call.body)[name];
  if (value === undefined || (value === null && nullable)) return undefined;
  if (value === null) throw new ApiError('general_unknown', 'Server Error');
  if (!is(value)) throw invalidParam(name, says);
  return value;
}

/** Throws for invalid ids in the path. */
export function checkPath({ params }: Call): void {
  for (const [name, id] of Object.entries(params)) {
    if (!isCustomId(id)) throw invalidParam(name, idRule);
  }
}

/** An object from JSON, as a value or as its text; lists become objects with numeric keys, as in PHP. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  const decoded = typeof value === 'string' ? JSON.parse(value) : value;
  return { ...(Array.isArray(decoded) || isFields(decoded) ? decoded : {}) } as Record<string, unknown>;
}

/** Whether PHP's `is_numeric` holds. */
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
