import * as z from 'zod/mini';
import { canonicalUsername, LANGUAGES, NOTIFY, ROLES } from '#shared/domain/account.ts';
import { OUTCOMES } from '#shared/domain/complaint.ts';
import { canonicalEmail } from '#shared/domain/email-address.ts';
import { COMPLAINT_ID_PATTERN } from '#shared/domain/ids.ts';
import { readReference } from '#shared/domain/reference.ts';
import { STATUSES } from '#shared/domain/status.ts';
import { degrees, phone, text, whole } from './text.ts';

export const WRONG_CHECK_DIGIT = 'must be a reference number as it was given: its last digit does not fit the others';

/**
 * The fields of requests, each with its schema and its text in the OpenAPI document. `z.lazy` builds a schema on first
 * use, so that a cold start builds only those that its request needs.
 */

export const Title = z.lazy(() =>
  text(3, 120).check(z.describe('3 to 120 characters; a Chinese, Japanese or Korean one counts two.')),
);
export const Description = z.lazy(() => text(1, 4_000).check(z.describe('1 to 4000 characters.')));
export const Note = z.lazy(() => text(1, 4_000).check(z.describe('A remark that everybody can read in the timeline.')));
export const InternalNote = z.lazy(() =>
  text(1, 4_000).check(z.describe('A remark that only staff and admins can read.')),
);
export const Location = z.lazy(() => text(1, 300).check(z.describe('Where it is, in words; up to 300 characters.')));
export const CategoryId = z.lazy(() =>
  z.string().check(z.trim(), z.minLength(1), z.maxLength(36), z.describe('An id of GET /complain/categories.')),
);
export const Latitude = z.lazy(() =>
  degrees(90).check(z.describe('Degrees north, -90 to 90, kept to 7 decimals; goes with longitude.')),
);
export const Longitude = z.lazy(() =>
  degrees(180).check(z.describe('Degrees east, -180 to 180, kept to 7 decimals; goes with latitude.')),
);
export const Progress = z.lazy(() =>
  whole(0, 100).check(z.describe('0 to 100 per cent; 0 while created, 100 when resolved.')),
);
export const StatusName = z.lazy(() => z.enum(STATUSES).check(z.describe('Where the work stands.')));
export const RoleName = z.lazy(() =>
  z
    .enum(ROLES)
    .check(z.describe('`user` files complaints, `staff` works on them, `admin` also gives roles and deletes.')),
);
export const ComplaintId = z.lazy(() =>
  z
    .string()
    .check(
      z.regex(COMPLAINT_ID_PATTERN, 'must be 20 characters a-z and 0-9'),
      z.describe('Twenty characters a-z and 0-9, given by the service.'),
    ),
);
/** A reference number in any spelling, converted to the stored one. 422 for a wrong check digit. */
export const Reference = z.lazy(() =>
  z
    .pipe(
      z.string().check(z.maxLength(60)),
      z.transform((raw, context) => {
        const read = readReference(raw);
        if (read?.isRight) return read.reference;
        const message = read ? WRONG_CHECK_DIGIT : 'must be a reference number such as 2026-004812-7';
        const field = read ? 'invalid_value' : 'invalid_format';
        context.issues.push({ code: 'custom', input: raw, message, params: { field } });
        return z.NEVER;
      }),
    )
    .check(z.describe('The reference number, such as 2026-004812-7; spaces and missing dashes are forgiven.')),
);
export const Assignee = z.lazy(() =>
  z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(32),
      z.toLowerCase(),
      z.describe('The username of the staff member who works on it; `me` for yourself, null for none.'),
    ),
);
export const PersonName = z.lazy(() => text(1, 100).check(z.describe('1 to 100 characters, as others see it.')));

/** Limits only the length. The password policy checks new passwords. */
export const Password = z.lazy(() =>
  z
    .string()
    .check(z.maxLength(1_024), z.describe('8 characters to 72 bytes in UTF-8, not a common one and not the username.')),
);

const USERNAME_RULE = 'must be an ASCII letter, then letters, digits, _ . or -, 3 to 32 in all';

/** A username in any case, converted to lower case. */
export const Username = z.lazy(() =>
  z
    .pipe(
      z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_.-]{2,31}$/, USERNAME_RULE)),
      z.transform((raw) => canonicalUsername(raw) ?? raw),
    )
    .check(z.describe('An ASCII letter, then letters, digits, `_`, `.` or `-`, 3 to 32 in all. Kept in lower case.')),
);

export const Phone = z.lazy(() =>
  phone.check(
    z.describe(
      'An international number such as +49 170 1234567; spaces, dashes, dots and brackets are forgiven. A national number counts where the service has a default country.',
    ),
  ),
);

export const Outcome = z.lazy(() =>
  z.enum(OUTCOMES).check(z.describe('How it ended. Goes with the status `resolved`, `rejected` or `closed`.')),
);
export const Reason = z.lazy(() =>
  text(1, 500).check(
    z.describe('Why staff corrects it; needed for title and description. Read by staff, admins and the reporter.'),
  ),
);
export const Score = z.lazy(() => whole(1, 5).check(z.describe('1 (bad) to 5 (good).')));
export const RatingComment = z.lazy(() =>
  text(1, 1_000).check(
    z.describe('A remark on the rating, read by staff, admins and the reporter; up to 1000 characters.'),
  ),
);

/** An e-mail address, converted to its canonical spelling. The refusal does not repeat what was sent. */
const email = z.lazy(() =>
  z.pipe(
    z.string().check(z.maxLength(254)),
    z.transform((raw, context) => {
      const address = canonicalEmail(raw);
      if (address !== undefined) return address;
      const message = 'must be an e-mail address such as ada@example.com';
      context.issues.push({ code: 'custom', input: raw, message, params: { field: 'invalid_format' } });
      return z.NEVER;
    }),
  ),
);

export const Email = z.lazy(() =>
  email.check(z.describe('An e-mail address, up to 254 characters. Its domain is kept in lower case.')),
);

export const LanguageName = z.lazy(() =>
  z.enum(LANGUAGES).check(z.describe('The language of mails: English or German.')),
);

export const NotifyName = z.lazy(() =>
  z
    .enum(NOTIFY)
    .check(
      z.describe(
        'What you are mailed about: `all`; `important`, which leaves out progress, corrections and pictures that reporters add; `none`. Mails about the account itself always come.',
      ),
    ),
);

/** The token of a link in a mail. An invalid token is treated like an expired one. */
export const MailToken = z.lazy(() =>
  z
    .string()
    .check(z.minLength(1), z.maxLength(200), z.describe('What stands in the link of the mail, behind the `=`.')),
);

export const ContactName = z.lazy(() => text(1, 100).check(z.describe('The name of the caller that staff files for.')));
export const ContactPhone = z.lazy(() =>
  phone.check(z.describe('The phone number of the caller, as in the profile of a user.')),
);
export const ContactEmail = z.lazy(() =>
  email.check(z.describe('The e-mail address of the caller. It is never mailed to.')),
);
