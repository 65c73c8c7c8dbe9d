import * as z from 'zod/mini';
import { canonicalPhone, canonicalUsername, ROLES } from '#shared/domain/account.ts';
import { DAY } from '#shared/domain/clock.ts';
import { COMPLAINT_ID_PATTERN } from '#shared/domain/ids.ts';
import { STATUSES } from '#shared/domain/status.ts';

/** The vocabulary of requests: each field once, with what is right about it. */

// Control characters other than tab and line ends have no place in a text that people read.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const PRINTABLE = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/;

function wellFormed() {
  return z.check<string>((context) => {
    if (context.value.isWellFormed()) return;
    context.issues.push({ code: 'custom', input: context.value, message: 'must be well-formed Unicode text' });
  });
}

/** A text of `min` to `max` characters (code points) after trimming. */
export function text(min: number, max: number) {
  const printable = z.regex(PRINTABLE, 'must not contain control characters');
  return z.string().check(z.trim(), z.minLength(min), z.maxLength(max), printable, wellFormed());
}

export const Title = text(3, 120);
export const Description = text(1, 4_000);
export const Note = text(1, 4_000);
export const Location = text(1, 300);
export const CategoryId = z.string().check(z.trim(), z.minLength(1), z.maxLength(36));
export const Latitude = z.number().check(z.gte(-90), z.lte(90));
export const Longitude = z.number().check(z.gte(-180), z.lte(180));
export const Progress = z.int().check(z.gte(0), z.lte(100));
export const StatusName = z.enum(STATUSES);
export const RoleName = z.enum(ROLES);
export const ComplaintId = z.string().check(z.regex(COMPLAINT_ID_PATTERN, 'must be 20 characters a-z and 0-9'));
export const PersonName = text(1, 100);

/** Up to the longest that is ever hashed; the policy says more where a new password is set. */
export const Password = z.string().check(z.maxLength(1_024));

const USERNAME_RULE = 'must be an ASCII letter, then letters, digits, _ . or -, 3 to 32 in all';

/** A username in any case, kept in lower case. */
export const Username = z.pipe(
  z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_.-]{2,31}$/, USERNAME_RULE)),
  z.transform((raw) => canonicalUsername(raw) ?? raw),
);

/** An E.164 phone number, kept without spaces and dashes. */
export const Phone = z.pipe(
  z.string().check(
    z.maxLength(40),
    z.refine((raw) => canonicalPhone(raw) !== undefined, 'must be an international number such as +49 170 1234567'),
  ),
  z.transform((raw) => canonicalPhone(raw) ?? raw),
);

/** A number, a truth value or a time as it stands in a query or a form: nothing that parsers guess at. */
export const NumberText = z.pipe(
  z.string().check(z.regex(/^-?\d{1,3}(\.\d{1,15})?$/, 'must be a decimal number such as 52.52')),
  z.transform(Number),
);
export const WholeText = z.pipe(
  z.string().check(z.regex(/^(0|[1-9]\d{0,14})$/, 'must be a whole number')),
  z.transform(Number),
);
export const BooleanText = z.pipe(
  z.enum(['true', 'false']),
  z.transform((value) => value === 'true'),
);
const TIME = /^(?:19|2\d)\d\d-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/** Parsers take 30 February for 2 March; nobody who sends it means that. */
function exists(value: string): boolean {
  const day = value.slice(0, 10);
  const parsed = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(Date.parse(value)) && new Date(parsed).toISOString().startsWith(day);
}

function timeText(meaning: (value: string) => Date) {
  return z.pipe(
    z.string().check(
      z.regex(TIME, 'must be an ISO 8601 date from 1900 to 2999, or time with its zone'),
      z.refine((value) => exists(value), {
        message: 'must be a date that exists',
        when: ({ value }) => TIME.test(String(value)),
      }),
    ),
    z.transform(meaning),
  );
}

/** A moment; a date alone is its beginning in UTC. */
export const TimeText = timeText((value) => new Date(value));

/** The first moment that is too late; a date alone still counts in full. */
export const EndText = timeText((value) => new Date(Date.parse(value) + (value.length === 10 ? DAY : 0)));
