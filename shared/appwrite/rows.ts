import * as z from 'zod/mini';
import { canonicalUsername, ROLES } from '#shared/domain/account.ts';
import { CHANGED_FIELDS, ENTRY_KINDS } from '#shared/domain/complaint.ts';
import { STATUSES } from '#shared/domain/status.ts';
import { compiled, maybeNumber, maybeText, number, type RowOf, row, text, truth } from './row.ts';

/** The rows of appwrite.json as the code may use them: nothing read from Appwrite goes further without these. */

const status = z.enum(STATUSES);

/** A column of text that holds a list in JSON; undefined when it cannot be read, as after a slip in the console. */
function jsonList<T>(entry: z.core.$ZodType<T>) {
  const list = z.array(entry);
  const read = (json: string | null): T[] | undefined => {
    if (!json || json === '[]') return [];
    try {
      const parsed = z.safeParse(list, JSON.parse(json));
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  };
  return z.pipe(maybeText, z.transform(read));
}

/** As `jsonList`, for lists without which the rest of the row is of use: what an admin broke in the console is empty. */
function lenientList<T>(entry: z.core.$ZodType<T>) {
  return z.pipe(
    jsonList(entry),
    z.transform((list): T[] => list ?? []),
  );
}

const RevokedToken = compiled({ jti: text, exp: number });
export type RevokedToken = z.infer<typeof RevokedToken>;

const KnownAddress = compiled({ mark: text, seen: text });
export type KnownAddress = z.infer<typeof KnownAddress>;

/** An admin may type capitals in the console; the account is found by its canonical name all the same. */
const StoredUsername = z.pipe(
  text,
  z.transform((typed) => canonicalUsername(typed.trim()) ?? typed),
);

export const UserRow = row({
  username: StoredUsername,
  name: text,
  phone: maybeText,
  passwordHash: text,
  role: z.catch(z.enum(ROLES), 'user'),
  epoch: text,
  registeredAt: text,
  changedAt: text,
  /** Undefined when it cannot be read: then nobody can tell which tokens are revoked, and none counts. */
  revoked: jsonList(RevokedToken),
  knownAddresses: lenientList(KnownAddress),
});

/** A name stays taken for ever; `username` is only kept until the erasure of its account is finished. */
export const NameRow = row({
  userId: text,
  state: z.enum(['active', 'erasing', 'erased']),
  username: maybeText,
});

const StoredImage = compiled({
  id: text,
  type: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  width: number,
  height: number,
  bytes: number,
  token: text,
  tokenId: text,
  /** Its URL was made when the complaint was hidden, so the public never had it. */
  private: z.optional(truth),
  /** false: Appwrite's preview would not show it as it is. */
  preview: z.optional(truth),
});
export type StoredImage = z.infer<typeof StoredImage>;

export const ComplaintRow = row({
  title: text,
  description: text,
  category: maybeText,
  location: maybeText,
  latitude: maybeNumber,
  longitude: maybeNumber,
  anonymous: truth,
  reporterId: text,
  reporterName: maybeText,
  status: status,
  progress: number,
  assignedTo: maybeText,
  overdueAt: maybeText,
  hidden: truth,
  touched: truth,
  images: lenientList(StoredImage),
  version: number,
  filedAt: text,
  changedAt: text,
  acknowledgedAt: maybeText,
  resolvedAt: maybeText,
  closedAt: maybeText,
});

/** What the sweep reads of a complaint. */
export const PicturedRow = row({ images: lenientList(StoredImage) });

/** The same table as far as figures need it. */
export const TimesRow = row({
  filedAt: text,
  secondsToAcknowledge: maybeNumber,
  secondsToResolve: maybeNumber,
});

const ChangedFields = z.pipe(
  maybeText,
  z.transform((names) => CHANGED_FIELDS.filter((field) => names?.split(',').includes(field))),
);

export const EntryRow = row({
  complaintId: text,
  number: number,
  byId: maybeText,
  byName: maybeText,
  role: z.enum([...ROLES, 'system']),
  kind: z.enum(ENTRY_KINDS),
  status: status,
  progress: number,
  note: maybeText,
  internalNote: maybeText,
  changed: ChangedFields,
  internal: truth,
});

export const CategoryRow = row({
  name: text,
  assignee: maybeText,
  daysUntilOverdue: maybeNumber,
});

export const TallyRow = row({ visible: number, hidden: number });
export const LimitRow = row({ count: number, expiresAt: text });
export const RequestRow = row({
  fingerprint: text,
  complaintId: text,
  version: number,
  startedAt: text,
  done: truth,
  expiresAt: text,
});
export const StateRow = row({ version: number, value: maybeText });

export type User = RowOf<typeof UserRow>;
export type Name = RowOf<typeof NameRow>;
export type Complaint = RowOf<typeof ComplaintRow>;
export type Times = RowOf<typeof TimesRow>;
export type Entry = RowOf<typeof EntryRow>;
export type Category = RowOf<typeof CategoryRow>;
