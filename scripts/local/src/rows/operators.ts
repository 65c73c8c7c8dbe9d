import { type Fields, isFields } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';

/** `Operator::TYPES` of utopia-php/database 6.0.0. */
const operators = new Set(
  `increment decrement multiply divide modulo power stringConcat stringReplace arrayAppend arrayPrepend arrayInsert
   arrayRemove arrayUnique arrayIntersect arrayDiff arrayFilter toggle dateAddDays dateSubDays dateSetNow`.split(/\s+/),
);

/** Reads an operator: an object, or the JSON text that the SDKs send. Any text of that form counts (rows-228). */
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

/** Computes an increment by one number from the current row; throws 501 for every other operator. */
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

/** Throws 501 for values that Appwrite takes for operators, also in lists of rows, so that none is stored as text. */
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
  throw new ApiError(
    'general_not_implemented_locally',
    `The local Appwrite does not support the operator ${method} here: ${key}.`,
  );
}
