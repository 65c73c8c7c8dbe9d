import { type Fields, isFields } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';

/** `Operator::TYPES` of utopia-php/database 6.0.0. */
const operators = new Set(
  `increment decrement multiply divide modulo power stringConcat stringReplace arrayAppend arrayPrepend arrayInsert
   arrayRemove arrayUnique arrayIntersect arrayDiff arrayFilter toggle dateAddDays dateSubDays dateSetNow`.split(/\s+/),
);

/** An operator, as an object or as the JSON text that the SDKs send. A text that only looks like one is one, too (rows-228). */
function readOperator(value: unknown): { method: string; values: unknown[] } | undefined {
  const decoded = typeof value === 'string' && /^\s*\{/.test(value) ? parse(value) : value;
  if (!isFields(decoded) || typeof decoded.method !== 'string' || !operators.has(decoded.method)) return undefined;
  return { method: decoded.method, values: Array.isArray(decoded.values) ? decoded.values : [] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An increment by one number is computed from the row as it is; every other operator is refused. */
export function applyOperators(data: Fields, old: Fields): Fields {
  const computed = { ...data };
  for (const [key, value] of Object.entries(data)) {
    const found = key.startsWith('$') ? undefined : readOperator(value);
    if (!found) continue;
    const [step] = found.values;
    const now = old[key];
    if (found.method !== 'increment' || found.values.length !== 1) refuse(key, found.method);
    if (typeof step !== 'number' || typeof now !== 'number') refuse(key, found.method);
    computed[key] = now + step;
  }
  return computed;
}

/** Refuses what Appwrite takes for an operator, in rows and in lists of rows, so that none is stored as the text it looks like. */
export function refuseOperators(data: unknown): void {
  if (Array.isArray(data)) for (const item of data) refuseOperators(item);
  if (!isFields(data)) return;
  for (const [key, value] of Object.entries(data)) {
    if (key.startsWith('$')) continue;
    const found = readOperator(value);
    if (found) refuse(key, found.method);
    refuseOperators(value);
  }
}

function refuse(key: string, method: string): never {
  throw new ApiError('general_not_implemented_locally', `The local Appwrite has no operator ${method} here: ${key}.`);
}
