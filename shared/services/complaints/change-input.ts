import type { Outcome } from '#shared/domain/complaint.ts';
import type { Status } from '#shared/domain/status.ts';

/** The changes to a complaint; absent members stay as they are. */
export type ChangeInput = {
  status?: Status | undefined;
  /** The id or reference of the original of this duplicate. Goes with the status `rejected`. */
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
  /** Sent to POST /complain/rate. */
  rating?: { score: number; comment: string | null } | undefined;
};

/** The fields that only staff and admins may send. */
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
/** The fields that the reporter may edit until staff has acted, and that staff may correct at any time. */
export const TEXT_FIELDS = ['title', 'description', 'location', 'category'] as const;
/** The fields whose change by staff is a correction. */
export const CORRECTED_FIELDS = [...TEXT_FIELDS, 'latitude', 'longitude'] as const;
