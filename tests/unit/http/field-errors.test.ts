import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { AccountChange, Registration } from '#shared/contract/account-requests.ts';
import { ComplaintChange, ComplaintQuery, NewComplaintJson } from '#shared/contract/complaint-requests.ts';
import { SORTS } from '#shared/domain/complaint.ts';
import { type FieldError, Refusal, shown } from '#shared/domain/problems.ts';
import { parseQuery } from '#shared/http/body.ts';
import { parseFields } from '#shared/http/field-errors.ts';

async function refusalOf(parsing: Promise<unknown>): Promise<Refusal> {
  const outcome = await parsing.catch((error: unknown) => error);
  if (outcome instanceof Refusal) return outcome;
  throw outcome instanceof Error ? outcome : new Error('it was accepted');
}

const errorsOf = async (schema: z.ZodMiniType, value: unknown) => (await refusalOf(parseFields(schema, value))).errors;
const ask = (query: string) => parseQuery(new URLSearchParams(query), ComplaintQuery, ['username']);

const title = 'Pothole in Mill Lane';
const description = 'Deep enough to lose a wheel in.';
const id = 'k3v9x0q2m7c1b8n4z5s6';
const account = { username: 'ada', password: 'correct-horse-9', name: 'Ada' };

describe('the error for a field', () => {
  it.each<[string, z.ZodMiniType, unknown, FieldError]>([
    ['left out', NewComplaintJson, { title }, { field: 'description', code: 'required', message: 'is required' }],
    [
      'of another type',
      NewComplaintJson,
      { title: 5, description },
      { field: 'title', code: 'invalid_type', message: 'must be text; 5 was sent' },
    ],
    [
      'a list instead of a text',
      NewComplaintJson,
      { title: ['a'], description },
      { field: 'title', code: 'invalid_type', message: 'must be text; a list was sent' },
    ],
    [
      'too short',
      NewComplaintJson,
      { title: 'No', description },
      { field: 'title', code: 'too_short', message: 'must have at least 3 characters; "No" was sent' },
    ],
    [
      'empty',
      NewComplaintJson,
      { title, description: ' ' },
      { field: 'description', code: 'too_short', message: 'must not be empty' },
    ],
    [
      'too long',
      NewComplaintJson,
      { title: `${'🙂'.repeat(121)}\r\n`, description },
      { field: 'title', code: 'too_long', message: 'must have at most 120 characters; 121 were sent' },
    ],
    [
      'a list of too many',
      NewComplaintJson,
      { title, description, images: ['a', 'b', 'c', 'd'] },
      { field: 'images', code: 'too_many', message: 'must have at most 3 entries; 4 were sent' },
    ],
    [
      'the whole body',
      NewComplaintJson,
      [],
      { field: 'body', code: 'invalid_type', message: 'must be an object; a list was sent' },
    ],
    [
      'a body that was encoded twice, which may hold a password',
      Registration,
      JSON.stringify(account),
      { field: 'body', code: 'invalid_type', message: 'must be an object; a text was sent' },
    ],
    [
      'out of range',
      ComplaintChange,
      { id, progress: 101 },
      { field: 'progress', code: 'too_big', message: 'must be at most 100; 101 was sent' },
    ],
    [
      'none of a list',
      ComplaintQuery,
      { sort: 'title' },
      { field: 'sort', code: 'invalid_value', message: `must be one of: ${SORTS.join(', ')}; "title" was sent` },
    ],
    [
      'of a form of its own',
      Registration,
      { ...account, phone: '0170' },
      {
        field: 'phone',
        code: 'invalid_value',
        message: 'must be an international number such as +49 170 1234567; "0170" was sent',
      },
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
      {
        field: 'body',
        code: 'required',
        message: 'must hold at least one of: name, phone, password, email, language, notify',
      },
    ],
  ])('that is %s', async (_what, schema, value, error) => {
    expect(await errorsOf(schema, value)).toContainEqual(error);
  });

  it('names the existing fields when one is unknown', async () => {
    const schema = z.strictObject({ id: z.string(), note: z.string() });
    const message = 'is not a field of this request; its fields are: id, note';
    expect(await errorsOf(schema, { id, note: 'x', nota: 'y' })).toEqual([
      { field: 'nota', code: 'unknown_field', message },
    ]);
  });

  it('never repeats a password', async () => {
    const errors = await errorsOf(Registration, { ...account, password: ['correct-horse-9'] });
    expect(errors).toEqual([{ field: 'password', code: 'invalid_type', message: 'must be text' }]);
    const [long] = await errorsOf(Registration, { ...account, password: 'horse'.repeat(1_000) });
    expect(long?.message).toBe('must have at most 1024 characters; 5000 were sent');
  });

  it('lists only the first ten unknown names, each escaped, however many were sent', async () => {
    const hostile = Object.fromEntries(Array.from({ length: 6_000 }, (_, n) => [`<b>${n}\r\n\u202e`, 1]));
    const errors = await errorsOf(NewComplaintJson, { title, description, ...hostile });
    expect(errors).toHaveLength(10);
    expect(errors[3]?.field).toBe('\\u{3c}b\\u{3e}3\\u{d}\\u{a}\\u{202e}');
  });
});

describe('a value in a message', () => {
  it.each([
    ['No', '"No"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['x'.repeat(10_000), `"${'x'.repeat(40)}…"`],
    ['漢'.repeat(41), `"${'漢'.repeat(40)}…"`],
    ['a\u200bb\u009bc', '"a\\u{200b}b\\u{9b}c"'],
    [null, 'null'],
    [4.85e-5, '0.0000485'],
    [{ $ne: 1 }, 'an object'],
    [[], 'a list'],
  ])('%j becomes %s', (value, text) => {
    expect(shown(value)).toBe(text);
  });

  it('is not inspected when it nests deeper than a stack', async () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(await errorsOf(NewComplaintJson, { title: deep, description })).toMatchObject([
      { field: 'title', message: 'must be text; a list was sent' },
    ]);
  });
});

describe('a query', () => {
  it('treats empty values as not sent, except the username', async () => {
    expect(await ask('status=&category=&page=&near=&mine=')).toEqual({});
    expect(await ask('username=')).toEqual({ username: '' });
  });

  it('refuses an unknown name even when it is empty', async () => {
    const { errors } = await refusalOf(ask('colour='));
    expect(errors).toMatchObject([{ field: 'colour', code: 'unknown_field' }]);
  });

  it.each(['status[]', 'status[0]'])('explains how to send a list when its name is %s', async (name) => {
    const { errors } = await refusalOf(ask(`${name}=created`));
    expect(errors).toMatchObject([
      { field: name, message: expect.stringContaining('write status without the brackets') },
    ]);
  });

  it('shows an empty name as quotes', async () => {
    expect((await refusalOf(ask('=1'))).errors).toMatchObject([{ field: '""', code: 'unknown_field' }]);
  });

  it('removes repeated entries of a list', async () => {
    const list = Array(420).fill('created').join(',');
    expect(await ask(`status=${list}, on_hold`)).toEqual({ status: ['created', 'on_hold'] });
  });

  it.each([
    ['near=52.5%2C13.4&radius=485', { near: { latitude: 52.5, longitude: 13.4 }, radius: 485 }],
    ['near=4.85e-5,2.3522219000000177&radius=1', { near: { latitude: 0.0000485, longitude: 2.3522219 }, radius: 1 }],
    ['mine=true&overdue=FALSE', { mine: true, overdue: false }],
    ['page=2&pageSize=50', { page: 2, pageSize: 50 }],
    // Numbers in the spelling of Dart, Kotlin and Swift.
    ['page=1.0&near=1.0,2.0&radius=482.75', { page: 1, near: { latitude: 1, longitude: 2 }, radius: 482.75 }],
  ])('%s is understood', async (query, value) => {
    expect(await ask(query)).toEqual(value);
  });

  it.each([
    ['page=0', 'page', 'must be at least 1; 0 was sent'],
    ['page=1.5', 'page', 'must be a whole number; "1.5" was sent'],
    ['page=x', 'page', 'must be a whole number; "x" was sent'],
    ['page=007', 'page', 'must be a whole number; "007" was sent'],
    ['page=99999999999999999999', 'page', /must be/],
    ['pageSize=1e999', 'pageSize', 'must be a whole number; "1e999" was sent'],
    ['overdue=1', 'overdue', 'must be true or false; "1" was sent'],
    ['overdue=maybe', 'overdue', 'must be true or false; "maybe" was sent'],
    ['near=52,52,13,4&radius=5', 'near', 'must be latitude,longitude such as 52.52,13.405; "52,52,13,4" was sent'],
    ['near=,&radius=5', 'near', /must be latitude,longitude/],
    ['status=created,', 'status.1', /must be one of: created/],
    ['status=created,gone', 'status.1', /must be one of: created.*"gone" was sent/],
    ['status=created&status=closed', 'status', 'was sent twice; separate its values by commas'],
    ['page=1&page=2', 'page', 'was sent twice; send it once'],
    ['%3Cb%3E=1&%3Cb%3E=2', '\\u{3c}b\\u{3e}', /was sent twice/],
  ])('%s is refused by name', async (query, field, message) => {
    const { errors, code } = await refusalOf(ask(query));
    expect(code).toBe('invalid_fields');
    const [error] = errors.filter((one) => one.field === field);
    expect(error?.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });
});
