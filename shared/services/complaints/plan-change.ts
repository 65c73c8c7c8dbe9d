import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import type { Category, Complaint, Entry } from '#shared/appwrite/rows.ts';
import { CHANGED_FIELDS } from '#shared/domain/complaint.ts';
import { ENDED, progressAfter, type Status } from '#shared/domain/status.ts';
import type { Asked } from './authorize-change.ts';
import { type ChangeInput, TEXT_FIELDS } from './change-input.ts';
import { overdueDay } from './known-names.ts';

type Patch = Partial<Omit<Complaint, 'images' | 'version'>> & {
  secondsToAcknowledge?: number;
  secondsToResolve?: number | null;
};

/** The category that a change names, and who gets its complaints. */
export type CategoryTerms = { category: Category | undefined; assignee: string | null };

type NewEntry = Pick<
  Entry,
  'byId' | 'byName' | 'role' | 'kind' | 'status' | 'progress' | 'note' | 'internalNote' | 'internal'
> & { changed: string };

/** A change as it will be stored: the columns that move and the one entry that tells of it. */
export type Plan = { patch: Patch & { changedAt: string }; entry: NewEntry };

function kindOf(patch: Patch, input: ChangeInput): Entry['kind'] {
  if (patch.status !== undefined) return 'status';
  if (patch.hidden !== undefined) return 'visibility';
  if (TEXT_FIELDS.some((field) => patch[field] !== undefined)) return 'edit';
  if (patch.progress !== undefined) return 'progress';
  if (patch.assignedTo !== undefined && input.note === undefined) return 'assignment';
  return 'note';
}

/** The members of the input that say something new. */
function textPatch({ complaint, input }: Asked): Patch {
  const patch: Patch = {};
  if (input.title !== undefined && input.title !== complaint.title) patch.title = input.title;
  if (input.description !== undefined && input.description !== complaint.description) {
    patch.description = input.description;
  }
  if (input.location !== undefined && input.location !== complaint.location) patch.location = input.location;
  return patch;
}

/** Only reporters change it, and only while nobody has acted: so it still decides who gets the complaint, and until when. */
function categoryPatch({ complaint, input }: Asked, { category, assignee }: CategoryTerms): Patch {
  if (input.category === undefined || input.category === complaint.category) return {};
  const overdueAt = overdueDay(category, new Date(complaint.filedAt));
  return {
    category: input.category,
    overdueAt,
    assignedTo: input.assignedTo === undefined ? assignee : input.assignedTo,
  };
}

function statusPatch({ complaint, now }: Asked, to: Status): Patch {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(complaint.filedAt)) / 1_000));
  const at = now.toISOString();
  const first = complaint.acknowledgedAt === null ? { acknowledgedAt: at, secondsToAcknowledge: seconds } : {};
  if (to === 'resolved') return { ...first, status: to, resolvedAt: at, secondsToResolve: seconds };
  if (to === 'closed' || to === 'rejected') return { ...first, status: to, closedAt: at };
  const reopened = { resolvedAt: null, secondsToResolve: null, closedAt: null };
  return { ...first, status: to, ...(ENDED.includes(complaint.status) ? reopened : {}) };
}

function deskPatch(asked: Asked): Patch {
  const { complaint, input } = asked;
  const patch: Patch = {};
  const step = { from: complaint.status, to: input.status ?? complaint.status };
  if (step.from !== step.to) Object.assign(patch, statusPatch(asked, step.to));
  const progress = progressAfter(step, complaint.progress, input.progress);
  if (progress !== complaint.progress) patch.progress = progress;
  if (input.assignedTo !== undefined && input.assignedTo !== complaint.assignedTo) patch.assignedTo = input.assignedTo;
  if (input.hidden !== undefined && input.hidden !== complaint.hidden) patch.hidden = input.hidden;
  return patch;
}

/** What the public cannot see stays out of their timeline. */
function isInternal(patch: Patch, input: ChangeInput): boolean {
  const open = [input.note, patch.status, patch.progress, ...TEXT_FIELDS.map((field) => patch[field])];
  return open.every((value) => value === undefined);
}

/** The plan of a change that is allowed; undefined when it would change nothing. */
export function planChange(asked: Asked, terms: CategoryTerms): Plan | undefined {
  const { actor, complaint, input } = asked;
  const patch: Patch = { ...textPatch(asked), ...categoryPatch(asked, terms), ...deskPatch(asked) };
  const says = input.note !== undefined || input.internalNote !== undefined;
  if (Object.keys(patch).length === 0 && !says) return undefined;
  const kind = kindOf(patch, input);
  const internal = isInternal(patch, input);
  if (actor.role !== 'user' && actor.id !== complaint.reporterId) patch.touched = true;
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
    changed: CHANGED_FIELDS.filter((field) => field in patch).join(','),
  };
  const changedAt = asked.now.toISOString();
  const columns = listColumns(complaint.$id, { ...complaint, ...patch, changedAt });
  return { patch: { ...patch, changedAt, ...columns }, entry };
}
