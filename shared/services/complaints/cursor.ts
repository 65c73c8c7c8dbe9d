import * as z from 'zod/mini';
import type { Position } from '#shared/appwrite/complaint-queries.ts';
import { SORTS, type Sort } from '#shared/domain/complaint.ts';
import { invalidField } from '#shared/domain/problems.ts';

const TIME = /^(?:19|2\d)\d\d-[01]\d-[0-3]\dT[\d:.]{8,12}(Z|\+00:00)$/;

const Cursor = z.strictObject({
  s: z.enum(SORTS),
  t: z.string().check(
    z.regex(TIME),
    z.refine((time) => !Number.isNaN(Date.parse(time))),
  ),
  // A number on SQL databases; an id in hexadecimal on the others.
  q: z.string().check(z.regex(/^(\d{1,18}|[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/)),
  n: z.optional(z.int().check(z.gte(0))),
});

/** Where a page goes on; `seen` is how many the pages before it held, where nobody else counts them. */
export type Place = { position: Position; seen: number };

/** An opaque cursor: where the page ended, in the order it was read in. */
export function encodeCursor(sort: Sort, { position: { time, sequence }, seen }: Place): string {
  const count = seen === 0 ? {} : { n: seen };
  return Buffer.from(JSON.stringify({ s: sort, t: time, q: sequence, ...count })).toString('base64url');
}

/** Throws 422 for what no page of this order gave out. */
export function decodeCursor(text: string, sort: Sort): Place {
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
  const { t: time, q: sequence, n: seen = 0 } = cursor.data;
  return { position: { time, sequence }, seen };
}
