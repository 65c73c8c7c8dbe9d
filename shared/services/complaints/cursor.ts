import * as z from 'zod/mini';
import { type Position, SORTS, type Sort } from '#shared/appwrite/complaint-queries.ts';
import { invalidField } from '#shared/domain/problems.ts';

const Cursor = z.strictObject({
  s: z.enum(SORTS),
  t: z.string().check(z.regex(/^\d{4}-\d\d-\d\dT[\d:.]{8,12}(Z|\+00:00)$/)),
  q: z.string().check(z.regex(/^[0-9a-f-]{1,40}$/)),
});

/** An opaque cursor: where the page ended, in the order it was read in. */
export function encodeCursor(sort: Sort, { time, sequence }: Position): string {
  return Buffer.from(JSON.stringify({ s: sort, t: time, q: sequence })).toString('base64url');
}

/** Throws 422 for what no page of this order gave out. */
export function decodeCursor(text: string, sort: Sort): Position {
  const wrong = invalidField('after', 'invalid_format', 'must be the `next` of a page with the same sort');
  if (!/^[\w-]{1,300}$/.test(text)) throw wrong;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw wrong;
  }
  const cursor = z.safeParse(Cursor, json);
  if (!cursor.success || cursor.data.s !== sort) throw wrong;
  return { time: cursor.data.t, sequence: cursor.data.q };
}
