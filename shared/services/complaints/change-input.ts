import type { Status } from '#shared/domain/status.ts';

/** What PUT /complain may change; absent members stay as they are. */
export type ChangeInput = {
  status?: Status | undefined;
  /** The id or reference of the complaint that this is a double of. It goes with the status `rejected`. */
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
};

export const DESK_FIELDS = ['progress', 'internalNote', 'assignedTo', 'hidden'] as const;
export const TEXT_FIELDS = ['title', 'description', 'location', 'category'] as const;
