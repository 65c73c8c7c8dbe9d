/** The ids that appwrite.json declares; a test holds the two together. */
export const DATABASE_ID = 'main';
export const BUCKET_ID = 'media';

export const TABLE_IDS = [
  'users',
  'nameWords',
  'names',
  'identities',
  'complaints',
  'words',
  'follows',
  'timeline',
  'categories',
  'counters',
  'tallies',
  'limits',
  'requests',
  'state',
  'tasks',
  'quarantine',
  'figures',
  'outbox',
  'deliveries',
  'webhooks',
  'links',
] as const;
export type TableId = (typeof TABLE_IDS)[number];
