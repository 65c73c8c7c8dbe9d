import * as z from 'zod/mini';
import { CHANGED_FIELDS, ENTRY_KINDS } from '#shared/appwrite/rows.ts';
import { ROLES } from '#shared/domain/account.ts';
import { FIELD_CODES, PROBLEMS, type ProblemCode } from '#shared/domain/problems.ts';
import { STATUSES } from '#shared/domain/status.ts';

/** What every answer looks like, strictly: the tests hold each answer against these, the OpenAPI document shows them. */

const maybe = <T extends z.ZodMiniType>(type: T) => z.nullable(type);
const Time = z.iso.datetime();
const Count = z.int().check(z.gte(0));

export const Profile = z.strictObject({
  username: z.string(),
  name: z.string(),
  phone: maybe(z.string()),
  role: z.enum(ROLES),
  createdAt: Time,
  updatedAt: Time,
});

export const LoginReply = z.strictObject({ TOKEN: z.string(), expiresAt: Time, user: Profile });

export const ProfileList = z.strictObject({ items: z.array(Profile), total: Count });

export const Image = z.strictObject({
  id: z.string(),
  url: z.url(),
  previewUrl: z.url(),
  width: z.int().check(z.gte(1)),
  height: z.int().check(z.gte(1)),
  type: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  bytes: z.int().check(z.gte(1)),
});

const complaint = {
  id: z.string().check(z.regex(/^[a-z0-9]{20}$/)),
  title: z.string(),
  description: z.string(),
  category: maybe(z.string()),
  location: maybe(z.string()),
  latitude: maybe(z.number()),
  longitude: maybe(z.number()),
  anonymous: z.boolean(),
  username: maybe(z.string()),
  status: z.enum(STATUSES),
  progress: z.int().check(z.gte(0), z.lte(100)),
  assignedTo: maybe(z.string()),
  overdueAt: maybe(Time),
  hidden: z.boolean(),
  images: z.array(Image).check(z.maxLength(3)),
  version: z.int().check(z.gte(1)),
  createdAt: Time,
  updatedAt: Time,
};

export const Complaint = z.strictObject(complaint);

export const Entry = z.strictObject({
  at: Time,
  by: maybe(z.string()),
  role: z.enum([...ROLES, 'system']),
  kind: z.enum(ENTRY_KINDS),
  status: z.enum(STATUSES),
  progress: z.int().check(z.gte(0), z.lte(100)),
  note: maybe(z.string()),
  internal: z.boolean(),
  internalNote: maybe(z.string()),
  changed: z.array(z.enum(CHANGED_FIELDS)),
});

export const ComplaintDetail = z.strictObject({
  ...complaint,
  timeline: z.array(Entry),
  timelineNext: maybe(Count),
});

export const ComplaintList = z.strictObject({
  items: z.array(z.strictObject({ ...complaint, distance: z.optional(Count) })),
  page: maybe(z.int().check(z.gte(1))),
  pageSize: z.int().check(z.gte(1), z.lte(100)),
  total: maybe(Count),
  totalIsExact: z.boolean(),
  totalPages: maybe(Count),
  next: maybe(z.string()),
});

export const Deleted = z.strictObject({ id: z.string(), deleted: z.literal(true) });

export const CategoryList = z.strictObject({
  items: z.array(z.strictObject({ id: z.string(), name: z.string(), daysUntilOverdue: maybe(Count) })),
});

const spans = { medianSecondsToAcknowledge: maybe(Count), medianSecondsToResolve: maybe(Count) };

export const Figures = z.strictObject({
  total: Count,
  byStatus: z.array(z.strictObject({ status: z.enum(STATUSES), count: Count })),
  byCategory: z.array(z.strictObject({ category: z.string(), name: z.string(), count: Count })),
  withoutCategory: Count,
  ...spans,
  months: z.array(
    z.strictObject({
      month: z.string().check(z.regex(/^\d{4}-\d\d$/)),
      filed: Count,
      acknowledged: Count,
      resolved: Count,
      ...spans,
    }),
  ),
  measuredAt: maybe(Time),
});

// Object.keys forgets the literal type; PROBLEMS is the closed list itself.
const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.enum(codes),
  errors: z.array(z.strictObject({ field: z.string(), code: z.enum(FIELD_CODES), message: z.string() })),
  allowed: z.optional(z.array(z.enum(STATUSES))),
});

export type Profile = z.infer<typeof Profile>;
export type Complaint = z.infer<typeof Complaint>;
export type ComplaintDetail = z.infer<typeof ComplaintDetail>;
export type ComplaintList = z.infer<typeof ComplaintList>;
export type Figures = z.infer<typeof Figures>;
export type Problem = z.infer<typeof Problem>;
