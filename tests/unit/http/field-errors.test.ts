import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { AccountChange, Registration } from '#shared/contract/account-requests.ts';
import { ComplaintChange, ComplaintQuery, NewComplaintJson } from '#shared/contract/complaint-requests.ts';
import { type FieldError, Refusal } from '#shared/domain/problems.ts';
import { parseFields, queryObject } from '#shared/http/body.ts';

function errorsOf(schema: z.ZodMiniType, value: unknown): FieldError[] {
  try {
    parseFields(schema, value);
  } catch (error) {
    if (error instanceof Refusal) return error.errors;
    throw error;
  }
  return [];
}

const title = 'Pothole in Mill Lane';
const description = 'Deep enough to lose a wheel in.';
const id = 'k3v9x0q2m7c1b8n4z5s6';

describe('what is said of a wrong field', () => {
  it.each<[string, z.ZodMiniType, unknown, FieldError]>([
    ['left out', NewComplaintJson, { title }, { field: 'description', code: 'required', message: 'is required' }],
    [
      'of another type',
      NewComplaintJson,
      { title: 5, description },
      { field: 'title', code: 'invalid_type', message: 'must be text' },
    ],
    [
      'too short',
      NewComplaintJson,
      { title: 'No', description },
      { field: 'title', code: 'too_short', message: 'must have at least 3 characters' },
    ],
    [
      'out of range',
      ComplaintChange,
      { id, progress: 101 },
      { field: 'progress', code: 'too_big', message: 'must be at most 100' },
    ],
    [
      'none of a list',
      ComplaintQuery,
      { sort: 'title' },
      { field: 'sort', code: 'invalid_value', message: 'must be one of: -createdAt, createdAt, -updatedAt' },
    ],
    [
      'of a form of its own',
      Registration,
      { username: 'ada', password: 'correct-horse-9', name: 'Ada', phone: '0170' },
      { field: 'phone', code: 'invalid_value', message: 'must be an international number such as +49 170 1234567' },
    ],
    [
      'alone',
      NewComplaintJson,
      { title, description, latitude: 52.5 },
      { field: 'longitude', code: 'required', message: 'is required when the other coordinate is sent' },
    ],
    [
      'missing altogether',
      AccountChange,
      {},
      { field: 'body', code: 'required', message: 'must hold at least one of: name, phone, password' },
    ],
  ])('that is %s', (_what, schema, value, error) => {
    expect(errorsOf(schema, value)).toContainEqual(error);
  });

  it('names the fields there are when one is not known', () => {
    const schema = z.strictObject({ id: z.string(), note: z.string() });
    const message = 'is not a field of this request; its fields are: id, note';
    expect(errorsOf(schema, { id, note: 'x', nota: 'y' })).toEqual([{ field: 'nota', code: 'unknown_field', message }]);
  });

  it('never repeats a name that was made to be repeated, and stops at ten', () => {
    const hostile = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`<script>${n}</script>\r\n`, 1]));
    const errors = errorsOf(NewComplaintJson, { title, description, ...hostile });
    expect(errors).toHaveLength(10);
    expect(new Set(errors.map(({ field }) => field))).toEqual(new Set(['(unreadable name)']));
  });

  it('names a query value that was sent twice, if its name is fit to be named', () => {
    expect(() => queryObject(new URLSearchParams('page=1&page=2'))).toThrow('page: was sent twice');
    expect(() => queryObject(new URLSearchParams('<b>=1&<b>=2'))).toThrow('(unreadable name): was sent twice');
  });
});
