import { requireAccount } from '#shared/appwrite/accounts.ts';
import type { StoredComplaint } from '#shared/appwrite/complaints.ts';
import { createFollow, findOriginal, hasDuplicates, isFollowing } from '#shared/appwrite/follows.ts';
import { taskOperation } from '#shared/appwrite/tasks.ts';
import { type Operation, update } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { CHANGED_FIELDS } from '#shared/domain/complaint.ts';
import { randomId } from '#shared/domain/ids.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { ENDED, nextStatuses } from '#shared/domain/status.ts';
import type { ChangeRequest } from './authorize-change.ts';
import type { ChangeInput } from './change-input.ts';
import type { Plan } from './plan-change.ts';

/** Adds the status `rejected` to a change that marks a duplicate. */
export function asDuplicateRejection(input: ChangeInput): ChangeInput {
  return input.duplicateOf === undefined ? input : { ...input, status: 'rejected' };
}

/** The reads that marking a duplicate needs. */
export type DuplicateLookup = { original: StoredComplaint | undefined; hasDuplicates: boolean };

/** Undefined for a change that marks no duplicate. */
export async function readDuplicateLookup(
  deps: Deps,
  id: string,
  { duplicateOf }: ChangeInput,
): Promise<DuplicateLookup | undefined> {
  if (duplicateOf === undefined) return undefined;
  const [original, duplicates] = await Promise.all([
    findOriginal(deps.store, duplicateOf),
    hasDuplicates(deps.store, id),
  ]);
  return { original, hasDuplicates: duplicates };
}

/** 409 for a complaint that has ended already. */
export function refuseEndedDuplicate({ actor, complaint, input }: ChangeRequest): void {
  if (input.duplicateOf === undefined || !ENDED.includes(complaint.status)) return;
  const asker = { role: actor.role, isReporter: false, daysSinceResolved: 0 };
  const allowed = nextStatuses(complaint.status, asker);
  const detail = `A complaint that is ${complaint.status} cannot be marked as a duplicate. Allowed now: ${allowed.join(', ') || 'none'}.`;
  throw new Refusal('illegal_transition', detail, { allowed });
}

function checkOriginal(
  { complaint, input }: ChangeRequest,
  { original, hasDuplicates: isOriginal }: DuplicateLookup,
): StoredComplaint {
  const refuse = (message: string) => invalidField('duplicateOf', 'invalid_value', message, input.duplicateOf);
  if (!original) throw refuse('must be the id or the reference of a complaint that there is');
  if (original.$id === complaint.$id) throw invalidField('duplicateOf', 'invalid_value', 'must be another complaint');
  if (original.duplicateOf !== null)
    throw refuse('must not be a duplicate itself; send the one that it is a duplicate of');
  if (isOriginal) throw refuse('cannot be set on a complaint that others are duplicates of');
  return original;
}

/** The extended plan, further operations of the commit, and the check after staging. */
export type DuplicatePlan = { plan: Plan; operations: Operation[]; stillHolds: () => Promise<boolean> };

/**
 * Marks the complaint as a duplicate: its reporter follows the original, a task moves its followers. 422 for an
 * unsuitable original. New `doubleMark`s of both rows make a concurrent commit that would chain duplicates conflict
 * (corpus transactions-288). They precede the claim of the version, which would hide the conflict.
 */
export async function planDuplicate(
  deps: Deps,
  request: ChangeRequest,
  plan: Plan,
  lookup: DuplicateLookup,
): Promise<DuplicatePlan> {
  const { store, clock } = deps;
  const { complaint } = request;
  const original = checkOriginal(request, lookup);
  const { $id: id, reporterId: personId, followers } = complaint;
  const follow = { personId, complaintId: original.$id };
  const [reporter, follows] = await Promise.all([store.users.find(personId), isFollowing(store, follow)]);
  const joins = reporter !== undefined && !follows && original.reporterId !== personId;
  const columns: readonly string[] = [...plan.entry.changed.split(','), 'outcome', 'duplicateOf'];
  const changed = CHANGED_FIELDS.filter((field) => columns.includes(field)).join(',');
  const task = taskOperation({ kind: 'move_followers', subject: id, dueAt: clock.now() });
  return {
    plan: {
      patch: { ...plan.patch, outcome: 'duplicate', duplicateOf: original.$id },
      entry: { ...plan.entry, changed },
    },
    operations: [
      update('complaints', id, { doubleMark: randomId() }),
      update('complaints', original.$id, {
        followers: original.followers + Number(joins),
        doubleMark: randomId(),
      }),
      ...(joins ? [createFollow(follow), requireAccount(personId)] : []),
      ...(followers > 0 ? [task] : []),
    ],
    async stillHolds() {
      const [now, isOriginal] = await Promise.all([store.visibilities.find(original.$id), hasDuplicates(store, id)]);
      return now?.$updatedAt === original.$updatedAt && !isOriginal;
    },
  };
}
