import type { Role } from '#shared/domain/account.ts';

/** The people of the examples. Those that an example changes permanently appear in that example only. */
export const PEOPLE = {
  ada: 'user',
  kim: 'user',
  bert: 'user',
  cleo: 'user',
  dora: 'user',
  emil: 'user',
  fred: 'user',
  gina: 'user',
  grace: 'staff',
  margaret: 'admin',
} as const satisfies Record<string, Role>;

export type Person = keyof typeof PEOPLE;

export const EXAMPLE_PASSWORD = 'violet-umbrella-42';
export const COMPLAINT_ID = 'k3v9x0q2m7c1b8n4z5s6';

export const REFERENCE = '2026-004812-7';

/** A link token that was never issued. */
export const DEAD_TOKEN = 'A'.repeat(43);

const AT = '2026-11-23T08:30:00.000Z';

export const profileOf = (username: Person, name: string) => ({
  username,
  name,
  phone: null,
  role: PEOPLE[username],
  email: null as string | null,
  emailConfirmed: false,
  emailPending: null,
  language: 'en',
  notify: 'important',
  createdAt: AT,
  updatedAt: AT,
});

/** The complaint that the test files, with these differences. */
export const complaintOf = (differences: Record<string, unknown> = {}) => ({
  id: COMPLAINT_ID,
  reference: REFERENCE,
  title: 'Pothole in Mill Lane',
  description: 'Deep enough to lose a wheel in.',
  category: 'roads',
  location: 'Mill Lane 4, by the bakery',
  latitude: 52.52,
  longitude: 13.405,
  anonymous: false,
  username: 'ada',
  status: 'created',
  progress: 0,
  assignedTo: null,
  acknowledgeBy: null,
  overdueAt: '2026-12-07T08:30:00.000Z',
  outcome: null,
  duplicateOf: null,
  followers: 0,
  following: false as boolean | undefined,
  rating: null,
  contact: null,
  hidden: false,
  images: [],
  version: 1,
  createdAt: AT,
  updatedAt: AT,
  ...differences,
});

/** What the reporter of an example sends. */
export const DRAFT = {
  title: 'Pothole in Mill Lane',
  description: 'Deep enough to lose a wheel in.',
  category: 'roads',
  location: 'Mill Lane 4, by the bakery',
  latitude: 52.52,
  longitude: 13.405,
} as const;

/** A picture in an answer. The tests compare only its members and their types. */
export const imageOf = (type: 'jpeg' | 'png') => ({
  id: 'k3v9x0q2m7c1b8n4z5s6-a1b2c3-1',
  url: 'https://cloud.example.com/v1/storage/buckets/media/files/k3v9x0q2m7c1b8n4z5s6-a1b2c3-1/view?project=complaints&token=abc',
  previewUrl:
    'https://cloud.example.com/v1/storage/buckets/media/files/k3v9x0q2m7c1b8n4z5s6-a1b2c3-1/preview?width=320&project=complaints&token=abc',
  width: 64,
  height: 48,
  type: `image/${type}`,
  bytes: 1742,
});

export const entryOf = (differences: Record<string, unknown> = {}) => ({
  at: AT,
  by: null,
  role: 'user',
  kind: 'created',
  status: 'created',
  progress: 0,
  note: null,
  internal: false,
  images: null,
  changed: [],
  from: null,
  to: null,
  reason: null,
  before: null,
  internalNote: null,
  ...differences,
});
