import * as z from 'zod/mini';
import { shapeOf } from '#shared/contract/schema.ts';
import { type FieldError, Refusal, shown } from '#shared/domain/problems.ts';

type Issue = z.core.$ZodIssue;
const MAX_ERRORS = 10;
const NOUNS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** The message of zod/mini when neither the schema nor a locale has one. */
const NO_MESSAGE = 'Invalid input';

function expectedType({ message, expected }: Issue & { code: 'invalid_type' }): string {
  return message.startsWith(NO_MESSAGE) ? `must be ${NOUNS[expected] ?? expected}` : message;
}

/** Values of these fields are never repeated in answers. */
const SECRET = /password|token|email/i;

function pathOf(issue: Issue, ...more: string[]): string {
  const path = [...issue.path, ...more];
  // Makes an empty name visible.
  return path.length === 0 ? 'body' : path.map((step) => shown(String(step), false) || '""').join('.');
}

/** What is allowed, and what was sent. A body that is a bare text is not repeated, since it may hold a secret. */
function withInput(issue: Issue, wanted: string): string {
  const { input } = issue;
  if (input === undefined || SECRET.test(pathOf(issue))) return wanted;
  const isSecret = issue.path.length === 0 && typeof input === 'string';
  return `${wanted}; ${isSecret ? 'a text' : shown(input)} was sent`;
}

/** The number of characters in a text. Texts of megabytes are not counted, since that would block other requests. */
function countOf(text: string): string {
  return text.length > 100_000 ? 'more than 50000' : String([...text].length);
}

function lengthError(issue: Issue & { code: 'too_small' | 'too_big' }): FieldError {
  const small = issue.code === 'too_small';
  const bound = small ? issue.minimum : issue.maximum;
  const least = small ? 'at least' : 'at most';
  const field = pathOf(issue);
  if (issue.origin === 'string') {
    const wanted = small && bound === 1 ? 'must not be empty' : `must have ${least} ${bound} characters`;
    const sent = typeof issue.input === 'string' ? issue.input : '';
    if (!small) return { field, code: 'too_long', message: `${wanted}; ${countOf(sent)} were sent` };
    return { field, code: 'too_short', message: sent === '' ? wanted : withInput(issue, wanted) };
  }
  if (issue.origin === 'array') {
    const sent = Array.isArray(issue.input) ? `; ${issue.input.length} were sent` : '';
    return { field, code: 'too_many', message: `must have ${least} ${bound} entries${sent}` };
  }
  return { field, code: small ? 'too_small' : 'too_big', message: withInput(issue, `must be ${least} ${bound}`) };
}

/** One error for each unknown field, with the names of the fields that exist. */
function unknownFields(issue: Issue & { code: 'unrecognized_keys' }, known: readonly string[]): FieldError[] {
  const names = known.length > 0 ? `its fields are: ${known.join(', ')}` : 'it takes none';
  return issue.keys.slice(0, MAX_ERRORS).map((key) => {
    const [, name = ''] = /^(\w+)\[\w{0,9}\]$/.exec(key) ?? [];
    const hint = known.includes(name) ? `; write ${name} without the brackets and separate values by commas` : '';
    return {
      field: pathOf(issue, key),
      code: 'unknown_field',
      message: `is not a field of this request; ${names}${hint}`,
    };
  });
}

function toFieldErrors(issue: Issue, known: readonly string[]): FieldError[] {
  const field = pathOf(issue);
  switch (issue.code) {
    case 'too_small':
    case 'too_big':
      return [lengthError(issue)];
    case 'unrecognized_keys':
      return unknownFields(issue, known);
    case 'invalid_type':
      if (issue.input === undefined) return [{ field, code: 'required', message: 'is required' }];
      return [{ field, code: 'invalid_type', message: withInput(issue, expectedType(issue)) }];
    case 'invalid_value': {
      if (issue.input === undefined) return [{ field, code: 'required', message: 'is required' }];
      const message = withInput(issue, `must be one of: ${issue.values.map(String).join(', ')}`);
      return [{ field, code: 'invalid_value', message }];
    }
    case 'custom': {
      const code = issue.params?.field ?? 'invalid_value';
      return [{ field, code, message: code.startsWith('invalid') ? withInput(issue, issue.message) : issue.message }];
    }
    case 'invalid_union':
      return [{ field, code: 'invalid_type', message: withInput(issue, issue.message) }];
    default:
      return [{ field, code: 'invalid_format', message: withInput(issue, issue.message) }];
  }
}

/**
 * Parses a value by its schema; throws 422 with at most ten field errors. `others` are names that the request accepts
 * besides the fields of the schema.
 */
export async function parseFields<T>(
  schema: z.ZodMiniType<T>,
  value: unknown,
  others: readonly string[] = [],
): Promise<T> {
  const result = await z.safeParseAsync(schema, value, { reportInput: true });
  if (result.success) return result.data;
  const known = [...shapeOf(schema).keys(), ...others];
  const issues = result.error.issues.slice(0, MAX_ERRORS);
  const errors = issues.flatMap((issue) => toFieldErrors(issue, known)).slice(0, MAX_ERRORS);
  const first = errors[0];
  const detail = first ? `${first.field} ${first.message}.` : 'Some fields are not valid.';
  throw new Refusal('invalid_fields', detail, { errors });
}
