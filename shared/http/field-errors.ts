import type * as z from 'zod/mini';
import { type FieldError, Refusal } from '#shared/domain/problems.ts';

type Issue = z.core.$ZodIssue;
const MOST_ERRORS = 10;

const NOUNS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function lengthMessage(issue: Issue & { code: 'too_small' | 'too_big' }): FieldError {
  const small = issue.code === 'too_small';
  const bound = small ? issue.minimum : issue.maximum;
  const least = small ? 'at least' : 'at most';
  const field = fieldOf(issue);
  if (issue.origin === 'string') {
    const empty = small && bound === 1;
    const message = empty ? 'must not be empty' : `must have ${least} ${bound} characters`;
    return { field, code: small ? 'too_short' : 'too_long', message };
  }
  if (issue.origin === 'array') return { field, code: 'too_many', message: `must have ${least} ${bound} entries` };
  return { field, code: small ? 'too_small' : 'too_big', message: `must be ${least} ${bound}` };
}

function fieldOf(issue: Issue): string {
  return issue.path.map(String).join('.') || 'body';
}

/** Which fields there would have been: a slip of the pen is quickly found in the list. */
function unknownField(known: readonly string[]): string {
  const names = known.length > 0 ? `; its fields are: ${known.join(', ')}` : '; it takes none';
  return `is not a field of this request${names}`;
}

/** A name that a client sent, as far as it is safe to repeat. */
export function readable(name: string): string {
  return /^[\w.$ -]{1,64}$/.test(name) ? name : '(unreadable name)';
}

function toFieldErrors(issue: Issue, known: readonly string[]): FieldError[] {
  const field = fieldOf(issue);
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
      return [lengthMessage(issue)];
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        field: readable([...issue.path, key].map(String).join('.')),
        code: 'unknown_field',
        message: unknownField(known),
      }));
    case 'invalid_type': {
      const missing = issue.input === undefined;
      const wanted = NOUNS[issue.expected] ?? issue.expected;
      return [
        { field, code: missing ? 'required' : 'invalid_type', message: missing ? 'is required' : `must be ${wanted}` },
      ];
    }
    case 'invalid_value':
      if (issue.input === undefined) return [{ field, code: 'required', message: 'is required' }];
      return [{ field, code: 'invalid_value', message: `must be one of: ${issue.values.map(String).join(', ')}` }];
    case 'invalid_union':
      return [{ field, code: 'invalid_type', message: issue.message }];
    case 'custom':
      return [{ field, code: issue.params?.field ?? 'invalid_value', message: issue.message }];
    default:
      return [{ field, code: 'invalid_format', message: issue.message }];
  }
}

/** 422 with what is wrong with each field, ten at most. `known` are the fields that the request may have. */
export function fieldsRefusal(issues: readonly Issue[], known: readonly string[] = []): Refusal {
  const errors = issues.flatMap((issue) => toFieldErrors(issue, known)).slice(0, MOST_ERRORS);
  const first = errors[0];
  const detail = first ? `${first.field} ${first.message}.` : 'Some fields are not valid.';
  return new Refusal('invalid_fields', detail, { errors });
}
