import * as z from 'zod/mini';
import { canonicalUsername, LANGUAGES, LINK_PURPOSES, NOTIFY, ROLES } from '#shared/domain/account.ts';
import { AUDIENCES, HAPPENINGS } from '#shared/domain/audience.ts';
import { CHANGED_FIELDS, ENTRY_KINDS, OUTCOMES } from '#shared/domain/complaint.ts';
import { STATUSES } from '#shared/domain/status.ts';
import { ACCOUNT_KINDS, COMPLAINT_KINDS } from './outbox.ts';
import { compiled, flag, maybeNumber, maybeText, number, type RowOf, row, text } from './row.ts';

/** Schemas of the rows of appwrite.json. Everything read from Appwrite is parsed by them. */

const status = z.enum(STATUSES);

/** A number that is null when an admin emptied it in the console; null reads as 0. */
const count = z.pipe(
  maybeNumber,
  z.transform((value) => value ?? 0),
);

/** A text column with a JSON list. Unreadable JSON, such as after a typing error in the console, reads as undefined. */
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

/** As `jsonList`, but unreadable JSON reads as []. For lists that the rest of the row does not depend on. */
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

/** Reads a username in canonical form, so that names typed with capitals in the console still match. */
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
  /** Undefined when unreadable. All tokens of the account are then refused, since any of them may be revoked. */
  revoked: jsonList(RevokedToken),
  knownAddresses: lenientList(KnownAddress),
  email: maybeText,
  /** null when there is no address. */
  emailConfirmed: z.nullable(flag),
  /** The address that replaces `email` once it is confirmed. */
  emailPending: maybeText,
  language: z.catch(z.nullable(z.enum(LANGUAGES)), null),
  notify: z.catch(z.nullable(z.enum(NOTIFY)), null),
  textMark: maybeText,
});

/** A word of an account's names, for finding accounts; see name-words.ts. */
export const NameWordRow = row({ key: text, accountId: text });

/**
 * A username that was ever taken, under the id `nameRowId`. Never changed, so it does not show when its account was
 * erased.
 */
export const NameRow = row({ taken: flag });

/**
 * The usernames that an account has had, comma-separated, under the account's id. Removed when its erasure is finished.
 */
export const IdentityRow = row({
  usernames: text,
  state: z.enum(['active', 'erasing']),
});

const StoredImage = compiled({
  id: text,
  type: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  width: number,
  height: number,
  bytes: number,
  token: text,
  tokenId: text,
  /**
   * The token was made while the complaint was hidden. present.ts shows it only while the complaint is hidden, so the
   * public never learns it.
   */
  private: z.optional(flag),
  /** false: Appwrite's preview would render the picture wrongly. */
  preview: z.optional(flag),
});
export type StoredImage = z.infer<typeof StoredImage>;

/** The caller, on a complaint that staff filed for them. An unreadable column reads as null. */
const StoredContact = compiled({ name: maybeText, phone: maybeText, email: maybeText });
export type Contact = z.infer<typeof StoredContact>;

const contact = z.pipe(
  maybeText,
  z.transform((json): Contact | null => {
    if (!json) return null;
    try {
      return z.parse(StoredContact, JSON.parse(json));
    } catch {
      return null;
    }
  }),
);

const COMPLAINT_KEYS = { changedKey: text, dueKey: text };

export const ComplaintRow = row({
  title: text,
  description: text,
  category: maybeText,
  location: maybeText,
  latitude: maybeNumber,
  longitude: maybeNumber,
  anonymous: flag,
  reporterId: text,
  reporterName: maybeText,
  status: status,
  progress: number,
  assignedTo: maybeText,
  overdueAt: maybeText,
  hidden: flag,
  touched: flag,
  images: lenientList(StoredImage),
  version: number,
  filedAt: text,
  changedAt: text,
  acknowledgedAt: maybeText,
  resolvedAt: maybeText,
  closedAt: maybeText,
  reference: maybeText,
  outcome: z.nullable(z.enum(OUTCOMES)),
  duplicateOf: maybeText,
  followers: count,
  acknowledgeBy: maybeText,
  /** See `CaseTimes` in domain/deadlines.ts, also for the levels. */
  minutesLeft: maybeNumber,
  acknowledgeLevel: count,
  overdueLevel: count,
  /** When maintenance has to take the next step: an escalation after a deadline, or closing. */
  stepAt: maybeText,
  /** How many times it was reopened. */
  reopened: count,
  ratingScore: maybeNumber,
  ratingComment: maybeText,
  ratedAt: maybeText,
  contact: contact,
  /** When `contact` is to be removed; null while the complaint has not ended. */
  contactUntil: maybeText,
  ...COMPLAINT_KEYS,
  /** In which totals the row is counted; see tallies.ts. */
  counted: maybeText,
});

/** The columns that a search by place reads. */
export const PlaceRow = row({ latitude: maybeNumber, longitude: maybeNumber, status: status, category: maybeText });

/** Only a complaint's reference number. */
export const ReferenceRow = row({ reference: maybeText });

/** Only the time when a caller's contact is to be removed. */
export const ContactRow = row({ contactUntil: maybeText });

/** A complaint as a map shows it. */
export const PointRow = row({
  latitude: maybeNumber,
  longitude: maybeNumber,
  status: status,
  category: maybeText,
  title: text,
  reference: maybeText,
});

/** The sort keys of lists; `$id` is one as well. */
export const ComplaintKeysRow = row(COMPLAINT_KEYS);

/** The columns that show whether a complaint was edited or added in the console; see console-edits.ts. */
const CHECKED_COLUMNS = {
  title: text,
  description: text,
  reference: maybeText,
  textMark: maybeText,
  latitude: maybeNumber,
  longitude: maybeNumber,
  cell: maybeText,
  progress: number,
  changedAt: text,
  acknowledgedAt: maybeText,
  resolvedAt: maybeText,
  closedAt: maybeText,
  acknowledgeBy: maybeText,
  overdueAt: maybeText,
  minutesLeft: maybeNumber,
  acknowledgeLevel: count,
  overdueLevel: count,
  stepAt: maybeText,
  contact: contact,
  contactUntil: maybeText,
  ...COMPLAINT_KEYS,
  filedWithin: text,
  changedWithin: text,
  dueWithin: text,
  categoryKey: text,
  assignedKey: text,
};

/** The columns that maintenance reads to check a complaint. */
export const CheckedRow = row({
  status: status,
  category: maybeText,
  reporterId: text,
  reporterName: maybeText,
  anonymous: flag,
  assignedTo: maybeText,
  hidden: flag,
  images: lenientList(StoredImage),
  filedAt: text,
  counted: maybeText,
  ...CHECKED_COLUMNS,
});

/** The columns of a complaint that automatic steps read. */
export const DueRow = row({
  status: status,
  progress: number,
  category: maybeText,
  reporterId: text,
  reporterName: maybeText,
  anonymous: flag,
  assignedTo: maybeText,
  hidden: flag,
  version: number,
  changedAt: text,
  overdueAt: maybeText,
  resolvedAt: maybeText,
  closedAt: maybeText,
  acknowledgeBy: maybeText,
  minutesLeft: maybeNumber,
  acknowledgeLevel: count,
  overdueLevel: count,
  stepAt: maybeText,
  counted: maybeText,
});

/** The columns of a complaint that monthly figures are computed from. */
export const TimesRow = row({
  filedAt: text,
  status: status,
  overdueAt: maybeText,
  resolvedAt: maybeText,
  closedAt: maybeText,
  reopened: count,
  ratingScore: maybeNumber,
  secondsToAcknowledge: maybeNumber,
  secondsToResolve: maybeNumber,
});

/** The pictures of a complaint; undefined when the column is unreadable. */
export const PicturesRow = row({ images: jsonList(StoredImage) });

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
  internal: flag,
  reason: maybeText,
  /** The text that staff replaced, for admins only. */
  beforeTitle: maybeText,
  beforeDescription: maybeText,
  fromAssignee: maybeText,
  toAssignee: maybeText,
  fromCategory: maybeText,
  toCategory: maybeText,
  /** Ids of the images that an entry of kind `images` added, comma-separated. */
  images: maybeText,
});

export const CategoryRow = row({
  name: text,
  assignee: maybeText,
  /** In working hours and working days; null: no such deadline. */
  hoursToAcknowledge: maybeNumber,
  daysUntilOverdue: maybeNumber,
  /** Comma-separated usernames: each level of escalation after a deadline assigns the complaint to the next of them. */
  escalateTo: maybeText,
});

/** Rows of `words` are only read for their `$id`, which begins with the complaint's. */
export const WordRow = row({});

/** A person follows a complaint. The id is derived from both, so each pair has at most one row; see follows.ts. */
export const FollowRow = row({ personId: text, complaintId: text });

/** The columns that decide who may see a complaint. */
export const VisibilityRow = row({ status: status, touched: flag, hidden: flag, anonymous: flag, reporterId: text });

/** The last reference number drawn in the year of the row's `$id`. */
export const CounterRow = row({ value: number });

export const TallyRow = row({ visible: number, hidden: number });
export const LimitRow = row({ subject: text, count: number, expiresAt: text });
export const RequestRow = row({
  fingerprint: text,
  complaintId: text,
  version: number,
  startedAt: text,
  done: flag,
  expiresAt: text,
});
export const StateRow = row({ version: number, value: maybeText });

/** Work that maintenance does once `dueAt` has passed. */
export const TaskRow = row({
  kind: z.enum(['complaint_deleted', 'recount', 'unassign', 'unfollow', 'move_followers']),
  subject: text,
  dueAt: text,
  hints: maybeText,
});

export const QUARANTINE_KINDS = ['account', 'file', 'picture', 'timeline', 'words'] as const;

/** A leftover that maintenance has found, and when it was found first and last. */
export const QuarantineRow = row({
  kind: z.enum(QUARANTINE_KINDS),
  subject: text,
  firstSeenAt: text,
  seenAt: text,
});

/** The figures of one month; the row `all` holds those of all months. */
export const FiguresRow = row({
  filed: number,
  acknowledged: number,
  resolved: number,
  /** `decided`: complaints with a deadline that have ended or missed it. `inTime`: those that ended by it. */
  decided: number,
  inTime: number,
  /** Complaints that were reopened at least once. */
  reopened: count,
  rated: number,
  ratingSum: number,
  medianToAcknowledge: maybeNumber,
  medianToResolve: maybeNumber,
  measuredAt: text,
});

/** The same row with the distributions of times that the medians are computed from. */
export const SpansRow = row({ spansToAcknowledge: maybeText, spansToResolve: maybeText });

const OUTBOX_KINDS = [...COMPLAINT_KINDS, ...ACCOUNT_KINDS] as const;

/** A list of names, separated by commas; people who type one add spaces. */
const Names = z.pipe(
  maybeText,
  z.transform((names) => (names ?? '').split(/[,\s]+/).filter(Boolean)),
);

const NamesOf = <T extends string>(known: readonly T[]) =>
  z.pipe(
    Names,
    z.transform((names) => known.filter((name) => names.includes(name))),
  );

/** An event that people and webhooks are told of. Removed once its deliveries exist; see outbox.ts. */
export const OutboxRow = row({
  kind: z.enum(OUTBOX_KINDS),
  at: text,
  byId: maybeText,
  byRole: z.nullable(z.enum([...ROLES, 'system'])),
  complaintId: maybeText,
  complaintVersion: maybeNumber,
  changed: Names,
  statusBefore: z.nullable(status),
  status: z.nullable(status),
  publicEvent: z.nullable(z.enum(COMPLAINT_KINDS)),
  accountId: maybeText,
  username: maybeText,
  address: maybeText,
  webhookId: maybeText,
});

/** One mail or webhook call; see deliveries.ts. */
export const DeliveryRow = row({
  channel: z.enum(['mail', 'webhook']),
  kind: z.enum(OUTBOX_KINDS),
  status: z.enum(['pending', 'sent', 'failed', 'skipped']),
  reason: maybeText,
  outboxId: text,
  at: text,
  accountId: maybeText,
  address: maybeText,
  webhookId: maybeText,
  complaintId: maybeText,
  complaintVersion: maybeNumber,
  told: NamesOf(HAPPENINGS),
  audiences: NamesOf(AUDIENCES),
  dueAt: maybeText,
  attempts: number,
  round: number,
  handedAt: maybeText,
  messageId: maybeText,
  leadId: maybeText,
  version: number,
});

export const WebhookRow = row({
  url: text,
  events: Names,
  secret: text,
  enabled: flag,
  failingSince: maybeText,
  disabledBecause: maybeText,
});

/**
 * A link in a mail. One row per purpose and account, so a newer link ends the older. Stores only the hash of its token.
 */
export const LinkRow = row({
  accountId: text,
  purpose: z.enum(LINK_PURPOSES),
  tokenHash: text,
  epoch: text,
  address: text,
  expiresAt: text,
});

/** The columns of an account that mails need. */
export const RecipientRow = row({
  epoch: text,
  username: StoredUsername,
  role: z.catch(z.enum(ROLES), 'user'),
  email: maybeText,
  emailConfirmed: z.nullable(flag),
  emailPending: maybeText,
  language: z.nullable(z.enum(LANGUAGES)),
  notify: z.nullable(z.enum(NOTIFY)),
});

export type User = RowOf<typeof UserRow>;
export type Identity = RowOf<typeof IdentityRow>;
export type Complaint = RowOf<typeof ComplaintRow>;
export type Times = RowOf<typeof TimesRow>;
export type Entry = RowOf<typeof EntryRow>;
export type Category = RowOf<typeof CategoryRow>;
