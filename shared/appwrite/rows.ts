import * as z from 'zod/mini';
import { canonicalUsername, ROLES } from '#shared/domain/account.ts';
import { STATUSES } from '#shared/domain/status.ts';

/** The rows of appwrite.json as the code may use them: nothing read from Appwrite goes further without these. */

const when = z.string();
const maybe = <T extends z.ZodMiniType>(type: T) => z.nullable(type);

function fromJson<T>(schema: z.ZodMiniType<T>, text: string): T | undefined {
  try {
    const parsed = z.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** A column of text that holds JSON. What an admin broke in the console reads as the fallback. */
function jsonText<T>(schema: z.ZodMiniType<T>, fallback: T) {
  return z.pipe(
    maybe(z.string()),
    z.transform((text): T => (text ? fromJson(schema, text) : fallback) ?? fallback),
  );
}

const RevokedToken = z.object({ jti: z.string(), exp: z.number() });
export type RevokedToken = z.infer<typeof RevokedToken>;

const KnownAddress = z.object({ mark: z.string(), seen: z.string() });
export type KnownAddress = z.infer<typeof KnownAddress>;

/** An admin may type capitals in the console; the account is found by its canonical name all the same. */
const StoredUsername = z.pipe(
  z.string(),
  z.transform((text) => canonicalUsername(text.trim()) ?? text),
);

/** Undefined when it cannot be read: then nobody can tell which tokens are revoked, and none counts. */
const Revoked = z.pipe(
  maybe(z.string()),
  z.transform((text): RevokedToken[] | undefined => (text ? fromJson(z.array(RevokedToken), text) : [])),
);

export const UserRow = z.object({
  username: StoredUsername,
  name: z.string(),
  phone: maybe(z.string()),
  passwordHash: z.string(),
  role: z.catch(z.enum(ROLES), 'user'),
  epoch: z.string(),
  registeredAt: when,
  changedAt: when,
  revoked: Revoked,
  knownAddresses: jsonText(z.array(KnownAddress), []),
});

/** A name stays taken for ever; `username` is only kept until the erasure of its account is finished. */
export const NameRow = z.object({
  userId: z.string(),
  state: z.enum(['active', 'erasing', 'erased']),
  username: maybe(z.string()),
});

const StoredImage = z.object({
  id: z.string(),
  type: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  width: z.number(),
  height: z.number(),
  bytes: z.number(),
  token: z.string(),
  tokenId: z.string(),
  /** Its URL was made when the complaint was hidden, so the public never had it. */
  private: z.optional(z.boolean()),
});
export type StoredImage = z.infer<typeof StoredImage>;

export const ComplaintRow = z.object({
  title: z.string(),
  description: z.string(),
  category: maybe(z.string()),
  location: maybe(z.string()),
  latitude: maybe(z.number()),
  longitude: maybe(z.number()),
  anonymous: z.boolean(),
  reporterId: z.string(),
  reporterName: maybe(z.string()),
  status: z.enum(STATUSES),
  progress: z.number(),
  assignedTo: maybe(z.string()),
  overdueAt: maybe(when),
  hidden: z.boolean(),
  touched: z.boolean(),
  images: jsonText(z.array(StoredImage), []),
  version: z.number(),
  filedAt: when,
  changedAt: when,
  acknowledgedAt: maybe(when),
  resolvedAt: maybe(when),
  closedAt: maybe(when),
});

/** What the sweep reads of a complaint. */
export const PicturedRow = z.object({ images: jsonText(z.array(StoredImage), []) });

/** The same table as far as figures need it. */
export const TimesRow = z.object({
  filedAt: when,
  secondsToAcknowledge: maybe(z.number()),
  secondsToResolve: maybe(z.number()),
});

export const ENTRY_KINDS = ['created', 'status', 'progress', 'note', 'edit', 'assignment', 'visibility'] as const;

/** What an entry can tell that it changed. */
export const CHANGED_FIELDS = [
  'status',
  'progress',
  'assignedTo',
  'hidden',
  'title',
  'description',
  'location',
  'category',
] as const;

const ChangedFields = z.pipe(
  maybe(z.string()),
  z.transform((text) => CHANGED_FIELDS.filter((field) => text?.split(',').includes(field))),
);

export const EntryRow = z.object({
  complaintId: z.string(),
  number: z.number(),
  byId: maybe(z.string()),
  byName: maybe(z.string()),
  role: z.enum([...ROLES, 'system']),
  kind: z.enum(ENTRY_KINDS),
  status: z.enum(STATUSES),
  progress: z.number(),
  note: maybe(z.string()),
  internalNote: maybe(z.string()),
  changed: ChangedFields,
  internal: z.boolean(),
});

export const CategoryRow = z.object({
  name: z.string(),
  assignee: maybe(z.string()),
  daysUntilOverdue: maybe(z.number()),
});

export const TallyRow = z.object({ visible: z.number(), hidden: z.number() });
export const LimitRow = z.object({ count: z.number(), expiresAt: when });
export const RequestRow = z.object({
  fingerprint: z.string(),
  complaintId: z.string(),
  version: z.number(),
  startedAt: when,
  done: z.boolean(),
  expiresAt: when,
});
export const StateRow = z.object({ version: z.number(), value: maybe(z.string()) });

export type User = z.infer<typeof UserRow>;
export type Name = z.infer<typeof NameRow>;
export type Complaint = z.infer<typeof ComplaintRow>;
export type Times = z.infer<typeof TimesRow>;
export type Entry = z.infer<typeof EntryRow>;
export type Category = z.infer<typeof CategoryRow>;
