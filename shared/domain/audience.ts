import type { Notify, Role } from './account.ts';
import { ENDED, type Status } from './status.ts';

/** The events of a complaint that people can be told of. */
export const HAPPENINGS = [
  'filed',
  'acknowledged',
  'in_progress',
  'on_hold',
  'resolved',
  'rejected',
  'closed',
  'reopened',
  'note',
  'staff_images',
  'reporter_images',
  'duplicate',
  'assigned',
  'unassigned',
  'escalated',
  'progress',
  'edited',
  'rated',
  'internal_note',
  'hidden',
  'shown',
  'deleted',
] as const;
export type Happening = (typeof HAPPENINGS)[number];

/** The relations of a person to a complaint. The assignee is the one after the change. */
export const AUDIENCES = ['reporter', 'follower', 'assignee'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** `important`: told unless `notify` is `none`. `all`: told only when it is `all`. `silent`: never told. */
export type Level = 'important' | 'all' | 'silent';

const EVERYBODY = { reporter: 'important', follower: 'important', assignee: 'important' } as const;
const WHO_WANTS_ALL = { reporter: 'all', follower: 'all', assignee: 'all' } as const;
const ASSIGNEE_ALONE = { reporter: 'silent', follower: 'silent', assignee: 'important' } as const;
const NOBODY = { reporter: 'silent', follower: 'silent', assignee: 'silent' } as const;

/**
 * Who is told what. People are not told of their own change, except the receipt of a filing. Reporters and followers
 * are not told of what only staff can see (assignment, internal notes, hiding). A deletion is told to no one.
 */
export const AUDIENCE: Readonly<Record<Happening, Readonly<Record<Audience, Level>>>> = {
  filed: { reporter: 'important', follower: 'silent', assignee: 'silent' },
  acknowledged: EVERYBODY,
  in_progress: EVERYBODY,
  on_hold: EVERYBODY,
  resolved: EVERYBODY,
  rejected: EVERYBODY,
  closed: EVERYBODY,
  reopened: EVERYBODY,
  note: EVERYBODY,
  staff_images: { ...EVERYBODY, assignee: 'all' },
  reporter_images: WHO_WANTS_ALL,
  duplicate: EVERYBODY,
  assigned: ASSIGNEE_ALONE,
  unassigned: NOBODY,
  escalated: ASSIGNEE_ALONE,
  progress: WHO_WANTS_ALL,
  edited: WHO_WANTS_ALL,
  rated: { reporter: 'silent', follower: 'silent', assignee: 'all' },
  internal_note: { reporter: 'silent', follower: 'silent', assignee: 'all' },
  hidden: NOBODY,
  shown: NOBODY,
  deleted: NOBODY,
};

/** A change as the outbox describes it. */
export type ToldChange = {
  kind: 'complaint.created' | 'complaint.changed' | 'complaint.deleted';
  changed: readonly string[];
  statusBefore: Status | null;
  status: Status | null;
  byRole: Role | 'system' | null;
  /** Whether the complaint has an assignee after the change. */
  isAssigned: boolean;
  /** Whether it is hidden after the change. */
  isHidden: boolean;
};

const TEXTS = ['title', 'description', 'location', 'category', 'latitude', 'longitude', 'anonymous'];

function statusHappening({ statusBefore, status }: ToldChange): Happening | undefined {
  if (status === null || status === 'created') return undefined;
  const isReopened = statusBefore !== null && ENDED.includes(statusBefore) && !ENDED.includes(status);
  return isReopened ? 'reopened' : status;
}

/** The events of a change, in the order in which the mail lists them. */
export function happeningsOf(change: ToldChange): Happening[] {
  const { kind, changed, byRole, isAssigned, isHidden } = change;
  if (kind === 'complaint.deleted') return ['deleted'];
  const has = (field: string) => changed.includes(field);
  const isFiled = kind === 'complaint.created';
  // Reopening a duplicate clears `duplicateOf` too, so the status decides.
  const isDuplicate = has('duplicateOf') && change.status === 'rejected';
  const isCorrected = TEXTS.some(has) || (!has('status') && ['outcome', 'duplicateOf'].some(has));
  const assignment = !isAssigned ? 'unassigned' : has('escalation') ? 'escalated' : 'assigned';
  const found: (Happening | false | undefined)[] = [
    isFiled && 'filed',
    !isFiled && isDuplicate && 'duplicate',
    !isFiled && has('status') && !isDuplicate && statusHappening(change),
    has('note') && 'note',
    !isFiled && has('images') && (byRole === 'user' ? 'reporter_images' : 'staff_images'),
    (isFiled ? isAssigned : has('assignedTo') || has('escalation')) && assignment,
    !isFiled && has('progress') && !has('status') && 'progress',
    !isFiled && isCorrected && !isDuplicate && 'edited',
    has('rating') && 'rated',
    has('internalNote') && 'internal_note',
    !isFiled && has('hidden') && (isHidden ? 'hidden' : 'shown'),
  ];
  return found.filter((happening) => happening !== false && happening !== undefined);
}

const RANKS: Readonly<Record<Level, number>> = { silent: 0, all: 1, important: 2 };
const NEEDED: Readonly<Record<Notify, number>> = { none: 3, important: 2, all: 1 };

/** The happenings that a person with these relations is told of. `isActor`: the person made the change. */
export function toldTo(
  recipient: { audiences: readonly Audience[]; notify: Notify; isActor: boolean },
  happenings: readonly Happening[],
): Happening[] {
  return happenings.filter((happening) => {
    if (recipient.isActor && !(happening === 'filed' && recipient.audiences.includes('reporter'))) return false;
    const rank = Math.max(0, ...recipient.audiences.map((audience) => RANKS[AUDIENCE[happening][audience]]));
    return rank >= NEEDED[recipient.notify];
  });
}
