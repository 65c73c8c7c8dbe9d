import type { Fields } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';

const operators = `increment|decrement|multiply|divide|modulo|power|array[A-Z]\\w+|stringConcat|stringReplace|toggle|date[A-Z]\\w+`;
const spelling = new RegExp(`^\\{"method":"(${operators})","values":\\[`);

/** An operator looks like text: better to say that it is not known here than to store it as that. */
export function refuseOperators(data: Fields): void {
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string' || !spelling.test(value)) continue;
    throw new ApiError('general_not_implemented_locally', `The local Appwrite has no operators: ${key}.`);
  }
}
