import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import type { Category, Complaint, Entry } from '#shared/appwrite/rows.ts';
import { cellOfPlace } from '#shared/domain/cells.ts';
import { DAY } from '#shared/domain/clock.ts';
import { CHANGED_FIELDS } from '#shared/domain/complaint.ts';
import { timesAfter } from '#shared/domain/deadlines.ts';
import { hasActed } from '#shared/domain/policy.ts';
import { ENDED, progressAfter, type Status } from '#shared/domain/status.ts';
import { deadlinesFor } from '#shared/domain/working-time.ts';
import { type ChangeRequest, isCorrection } from './authorize-change.ts';
import { type ChangeInput, CORRECTED_FIELDS } from './change-input.ts';

/** The columns of a complaint that a change writes. */
export type Patch = Partial<Omit<Complaint, 'images' | 'version' | 'contact'>> & {
  cell?: string | null;
  secondsToAcknowledge?: number | null;
  secondsToResolve?: number | null;
};

type Wish = { [Column in keyof Patch]: Patch[Column] | undefined };

/** The category of a change and its assignee. */
export type CategoryTerms = { category: Category | undefined; assignee: string | null };

type NewEntry = Omit<Entry, 'number' | 'complaintId' | 'changed' | 'images'> & { changed: string };

/** A change as it is stored: the columns and the timeline entry. */
export type Plan = { patch: Patch & { changedAt: string }; entry: NewEntry };

function kindOf(patch: Patch, input: ChangeInput): Entry['kind'] {
  if (patch.status !== undefined) return 'status';
  if (input.rating !== undefined) return 'rating';
  if (patch.hidden !== undefined) return 'visibility';
  if (CORRECTED_FIELDS.some((field) => field in patch)) return 'edit';
  if ('outcome' in patch) return 'status';
  if (patch.progress !== undefined) return 'progress';
  // The public sees neither of the two kinds; with a public note the entry is of kind `note`.
  if ('assignedTo' in patch && input.note === undefined) return 'assignment';
  return 'anonymous' in patch && input.note === undefined ? 'edit' : 'note';
}

/** The columns that were sent and differ from the complaint. */
function differing(complaint: Complaint, wished: Wish): Patch {
  const current: Record<string, unknown> = complaint;
  return Object.fromEntries(
    Object.entries(wished).filter(([column, value]) => value !== undefined && value !== current[column]),
  );
}

function textPatch({ complaint, input }: ChangeRequest): Patch {
  const { title, description, location } = input;
  return differing(complaint, { title, description, location });
}

function placePatch({ complaint, input }: ChangeRequest): Patch {
  const moved = differing(complaint, { latitude: input.latitude, longitude: input.longitude });
  return Object.keys(moved).length === 0 ? {} : { ...moved, cell: cellOfPlace({ ...complaint, ...moved }) };
}

/** A new category assigns the complaint to its assignee; see `timePatch` for its deadlines. */
function categoryPatch({ complaint, input }: ChangeRequest, { assignee }: CategoryTerms): Patch {
  if (input.category === undefined || input.category === complaint.category) return {};
  const assignedTo = input.assignedTo === undefined ? assignee : input.assignedTo;
  return { category: input.category, ...differing(complaint, { assignedTo }) };
}

/** The columns that reopening clears. */
function reopenedPatch(complaint: Complaint): Patch {
  const ending = { resolvedAt: null, closedAt: null, outcome: null, duplicateOf: null, contactUntil: null };
  const rating = { ratingScore: null, ratingComment: null, ratedAt: null };
  return {
    ...differing(complaint, { ...ending, ...rating }),
    secondsToResolve: null,
    reopened: complaint.reopened + 1,
  };
}

type Moved = Pick<ChangeRequest, 'complaint' | 'now'> & { config: Pick<ChangeRequest['config'], 'contactDays'> };

/** The columns that a transition writes, without `progress` and the deadlines. */
export function statusPatch({ complaint, now, config }: Moved, to: Status): Patch {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(complaint.filedAt)) / 1_000));
  const at = now.toISOString();
  const first = complaint.acknowledgedAt === null ? { acknowledgedAt: at, secondsToAcknowledge: seconds } : {};
  if (!ENDED.includes(to)) {
    return { ...first, status: to, ...(ENDED.includes(complaint.status) ? reopenedPatch(complaint) : {}) };
  }
  const contactUntil = new Date(now.getTime() + config.contactDays * DAY).toISOString();
  const ended = { ...first, status: to, ...(complaint.contact === null ? {} : { contactUntil }) };
  return to === 'resolved' ? { ...ended, resolvedAt: at, secondsToResolve: seconds } : { ...ended, closedAt: at };
}

/** The deadlines after a change of status or category. Those of a new category count from the filing. */
function timePatch(
  { complaint, now, config: { calendar } }: ChangeRequest,
  patch: Patch,
  category: Category | undefined,
): Patch {
  if (patch.status === undefined && patch.category === undefined) return {};
  const filedAt = new Date(complaint.filedAt);
  const deadlines = patch.category === undefined ? undefined : deadlinesFor(category, filedAt, calendar);
  const after = { ...complaint, ...patch };
  return differing(complaint, timesAfter({ before: complaint, after, deadlines, now }, calendar));
}

function deskPatch(request: ChangeRequest): Patch {
  const { complaint, input } = request;
  const step = { from: complaint.status, to: input.status ?? complaint.status };
  const moved = step.from === step.to ? {} : statusPatch(request, step.to);
  const progress = progressAfter(step, complaint.progress, input.progress);
  const { assignedTo, hidden, outcome } = input;
  return { ...moved, ...differing(complaint, { progress, assignedTo, hidden, outcome }) };
}

function ratingPatch({ complaint, input, now }: ChangeRequest): Patch {
  if (input.rating === undefined) return {};
  const { score, comment } = input.rating;
  const rated = differing(complaint, { ratingScore: score, ratingComment: comment });
  return Object.keys(rated).length === 0 ? {} : { ...rated, ratedAt: now.toISOString() };
}

/** Whether the entry is internal: it changes nothing that the public can see. */
function isInternal(patch: Patch, input: ChangeInput): boolean {
  const open = ['status', 'progress', 'outcome', 'ratedAt', ...CORRECTED_FIELDS];
  return input.note === undefined && open.every((column) => !(column in patch));
}

/** The names of the changed fields, as in the API. */
function changedFields(patch: Patch): string {
  const names: readonly string[] = ['ratedAt' in patch ? 'rating' : '', ...Object.keys(patch)];
  return CHANGED_FIELDS.filter((field) => names.includes(field)).join(',');
}

/** The assignee and the category before and after. */
function moves(complaint: Complaint, patch: Patch) {
  const isReassigned = 'assignedTo' in patch;
  const isRecategorised = 'category' in patch;
  return {
    fromAssignee: isReassigned ? complaint.assignedTo : null,
    toAssignee: isReassigned ? (patch.assignedTo ?? null) : null,
    fromCategory: isRecategorised ? complaint.category : null,
    toCategory: isRecategorised ? (patch.category ?? null) : null,
  };
}

/** The plan of an allowed change; undefined if nothing would change. */
export function planChange(request: ChangeRequest, terms: CategoryTerms): Plan | undefined {
  const { actor, complaint, input, now } = request;
  const patch: Patch = {
    ...textPatch(request),
    ...placePatch(request),
    ...categoryPatch(request, terms),
    ...differing(complaint, { anonymous: input.anonymous }),
    ...deskPatch(request),
    ...ratingPatch(request),
  };
  Object.assign(patch, timePatch(request, patch, terms.category));
  const says = input.note !== undefined || input.internalNote !== undefined;
  if (Object.keys(patch).length === 0 && !says) return undefined;
  const kind = kindOf(patch, input);
  const internal = isInternal(patch, input);
  const corrected = isCorrection(request);
  const changed = changedFields(patch);
  if (hasActed(actor, complaint)) patch.touched = true;
  const entry = {
    byId: actor.id,
    byName: actor.username,
    role: actor.role,
    kind,
    status: patch.status ?? complaint.status,
    progress: patch.progress ?? complaint.progress,
    note: input.note ?? null,
    internalNote: input.internalNote ?? null,
    internal,
    changed,
    reason: input.reason ?? null,
    beforeTitle: corrected ? complaint.title : null,
    beforeDescription: corrected ? complaint.description : null,
    ...moves(complaint, patch),
  };
  const changedAt = now.toISOString();
  const columns = listColumns(complaint.$id, { ...complaint, ...patch, changedAt });
  return { patch: { ...patch, changedAt, ...columns }, entry };
}
