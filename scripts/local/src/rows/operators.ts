import { type Fields, isFields } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';

const operator =
  /^(increment|decrement|multiply|divide|modulo|power|array[A-Z]\w+|stringConcat|stringReplace|toggle|date[A-Z]\w+)$/;

/** An operator, as an object or as the JSON text that the SDKs send; a text that only looks like one is one, too. */
function readOperator(value: unknown): { method: string; values: unknown[] } | undefined {
  const decoded = typeof value === 'string' && value.startsWith('{') ? parse(value) : value;
  if (!isFields(decoded) || typeof decoded.method !== 'string' || !operator.test(decoded.method)) return undefined;
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

/** Better to say that operators are not known here than to store one as the text it looks like. */
export function refuseOperators(data: Fields): void {
  for (const [key, value] of Object.entries(data)) {
    const found = key.startsWith('$') ? undefined : readOperator(value);
    if (found) refuse(key, found.method);
  }
}

function refuse(key: string, method: string): never {
  throw new ApiError('general_not_implemented_locally', `The local Appwrite has no operator ${method} here: ${key}.`);
}
