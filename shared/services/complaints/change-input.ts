import type { Outcome } from '#shared/domain/complaint.ts';
import type { Status } from '#shared/domain/status.ts';

/** What may be changed of a complaint; absent members stay as they are. */
export type ChangeInput = {
  status?: Status | undefined;
  /** The id or reference of the complaint that this is a duplicate of. It goes with the status `rejected`. */
  duplicateOf?: string | undefined;
  progress?: number | undefined;
  note?: string | undefined;
  internalNote?: string | undefined;
  assignedTo?: string | null | undefined;
  hidden?: boolean | undefined;
  title?: string | undefined;
  description?: string | undefined;
  location?: string | null | undefined;
  category?: string | null | undefined;
  latitude?: number | null | undefined;
  longitude?: number | null | undefined;
  /** Why staff corrects text, category or place. */
  reason?: string | undefined;
  anonymous?: boolean | undefined;
  outcome?: Outcome | null | undefined;
  /** Has an endpoint of its own: POST /complain/rate. */
  rating?: { score: number; comment: string | null } | undefined;
};

/** What only staff and admins send. */
export const DESK_FIELDS = [
  'progress',
  'internalNote',
  'assignedTo',
  'hidden',
  'latitude',
  'longitude',
  'reason',
  'outcome',
] as const;
/** What the reporter may edit until somebody has acted, and staff may correct at any time. */
export const TEXT_FIELDS = ['title', 'description', 'location', 'category'] as const;
/** What staff corrects. */
export const CORRECTED_FIELDS = [...TEXT_FIELDS, 'latitude', 'longitude'] as const;
