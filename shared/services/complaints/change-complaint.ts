import { requireAccount } from '#shared/appwrite/accounts.ts';
import type { StoredComplaint } from '#shared/appwrite/complaints.ts';
import { hasEntry } from '#shared/appwrite/complaints.ts';
import { complaintOutbox } from '#shared/appwrite/outbox.ts';
import type { StoredImage } from '#shared/appwrite/rows.ts';
import { commitCounted, countedAs, countedBefore, tallyOperations } from '#shared/appwrite/tallies.ts';
import { begin, claimVersion, create, update } from '#shared/appwrite/transaction.ts';
import { replaceWords, textMarkOf } from '#shared/appwrite/words.ts';
import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { randomId } from '#shared/domain/ids.ts';
import { mayOnComplaint } from '#shared/domain/policy.ts';
import { refuseErased } from '../auth/open-session.ts';
import { withMutex } from '../keyed-mutex.ts';
import { type Changes, reserveChange, withRateLimit } from '../rate-limits.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import {
  defaultAssignee,
  findCategoryById,
  ME,
  refuseUnknownAssignee,
  unknownCategory,
} from './assignee-and-category.ts';
import { refuseImpossible, refuseUnauthorized } from './authorize-change.ts';
import type { ChangeInput } from './change-input.ts';
import {
  asDuplicateRejection,
  type DuplicatePlan,
  planDuplicate,
  readDuplicateLookup,
  refuseEndedDuplicate,
} from './duplicates.ts';
import { noSuchComplaint } from './get-complaint.ts';
import { type IfMatch, refuseStale } from './if-match.ts';
import { publishAccess, renewAccess, retireOldAccess, revokeHiddenAccess } from './image-access.ts';
import { type CategoryTerms, type Plan, planChange } from './plan-change.ts';

/** `accountId`: the actor's id, known before the account is read. */
export type Change = { id: string; ifMatch: IfMatch; input: ChangeInput; accountId: string };

/** What several changes of one request share: their uses of the rate limit, and the looked-up category and assignee. */
export type Shared = { changes: Changes; names: Promise<CategoryTerms> };

const isTextChanged = ({ patch }: Plan) => patch.title !== undefined || patch.description !== undefined;

/** The outbox row of a plan's commit. */
function outboxOf(complaint: StoredComplaint, { patch, entry }: Plan) {
  const said = [entry.note === null ? '' : 'note', entry.internalNote === null ? '' : 'internalNote'];
  return complaintOutbox({
    complaintId: complaint.$id,
    version: complaint.version + 1,
    by: entry.byId === null || entry.role === 'system' ? undefined : { id: entry.byId, role: entry.role },
    at: new Date(patch.changedAt),
    changed: [...entry.changed.split(','), ...said].filter(Boolean),
    isPublic: !entry.internal,
    before: complaint,
    after: { ...complaint, ...patch },
  });
}

/** Commits version, columns, words, timeline entry and totals in one transaction. False after a conflict. */
async function commitPlan(
  deps: Deps,
  complaint: StoredComplaint,
  plan: Plan & { images: StoredImage[]; transaction: Promise<string>; duplicate: DuplicatePlan | undefined },
) {
  const id = complaint.$id;
  const entryId = randomId();
  const version = complaint.version + 1;
  const after = { ...complaint, ...plan.patch };
  const images = plan.images === complaint.images ? {} : { images: JSON.stringify(plan.images) };
  const operations = [
    ...(plan.duplicate?.operations ?? []),
    claimVersion('complaints', id, complaint.version),
    update('complaints', id, {
      ...plan.patch,
      ...images,
      ...(isTextChanged(plan) ? { textMark: textMarkOf(after) } : {}),
      counted: countedAs(after),
      version,
    }),
    ...(isTextChanged(plan) ? replaceWords(id, after) : []),
    create('timeline', entryId, { ...plan.entry, complaintId: id, number: version }),
    ...(plan.entry.byId === null ? [] : [requireAccount(plan.entry.byId)]),
    ...tallyOperations(countedBefore(complaint), after),
    outboxOf(complaint, plan),
  ];
  const wasCommitted = hasEntry(deps.store, entryId);
  const stillHolds = plan.duplicate ? { stillHolds: plan.duplicate.stillHolds } : {};
  const outcome = await commitCounted(deps, { operations, wasCommitted, ...stillHolds }, plan.transaction);
  if (outcome === 'missing' && plan.entry.byId !== null) await refuseErased(deps, plan.entry.byId);
  return outcome === 'done';
}

/** Looks up the category of a change and its assignee; 422 for an unknown `assignedTo`. */
export async function readNames(deps: Deps, input: ChangeInput): Promise<CategoryTerms> {
  const terms = async () => {
    const category = await findCategoryById(deps, input.category);
    return { category, assignee: await defaultAssignee(deps, category) };
  };
  const [known] = await Promise.all([terms(), refuseUnknownAssignee(deps, input.assignedTo)]);
  return known;
}

/** 422 for a category that was deleted, unless the complaint has it already. */
function refuseLostCategory({ category }: ChangeInput, complaint: StoredComplaint, known: CategoryTerms): void {
  if (typeof category === 'string' && category !== complaint.category && !known.category)
    throw unknownCategory(category);
}

/** Pictures of a hidden complaint get tokens that were never public; those of a visible one are marked public. */
async function imagesAfter(deps: Deps, { images }: StoredComplaint, isHidden: boolean): Promise<StoredImage[]> {
  if (isHidden) return images.every((image) => image.private) ? images : renewAccess(deps, images);
  return images.some((image) => image.private) ? publishAccess(images) : images;
}

type Attempt = Change & {
  asking: Promise<Actor>;
  names: Promise<CategoryTerms> | undefined;
  charge(): Promise<void>;
};

async function attempt(deps: Deps, change: Attempt): Promise<StoredComplaint | undefined> {
  const { id, ifMatch, asking } = change;
  const sent = asDuplicateRejection(change.input);
  // Started early to save time; their errors are thrown only after the authorization checks.
  const names = change.names ?? readNames(deps, sent);
  const transaction = begin(deps.gateway);
  const duplicates = readDuplicateLookup(deps, id, sent);
  for (const early of [names, transaction, duplicates]) early.catch(() => undefined);
  const [actor, complaint] = await Promise.all([asking, deps.store.complaints.find(id)]);
  if (!complaint || !mayOnComplaint(actor, 'read', complaint)) throw noSuchComplaint();
  const input = sent.assignedTo === ME ? { ...sent, assignedTo: actor.username } : sent;
  const request = { actor, complaint, input, now: deps.clock.now(), config: deps.config };
  refuseUnauthorized(request);
  refuseStale(ifMatch, complaint.version);
  refuseEndedDuplicate(request);
  refuseImpossible(request);
  const known = await names;
  refuseLostCategory(input, complaint, known);
  const simple = planChange(request, known);
  if (!simple) return unchanged(deps, complaint, input);
  const lookup = await duplicates;
  const duplicate = lookup && (await planDuplicate(deps, request, simple, lookup));
  const plan = duplicate?.plan ?? simple;
  await change.charge();
  const isHidden = plan.patch.hidden ?? complaint.hidden;
  const images = await imagesAfter(deps, complaint, isHidden);
  if (!(await commitPlan(deps, complaint, { ...plan, images, transaction, duplicate }))) return undefined;
  if (isHidden && (input.hidden === true || images !== complaint.images)) await retireOldAccess(deps, images);
  return { ...complaint, ...plan.patch, images, version: complaint.version + 1 };
}

/** Hiding a hidden complaint again revokes its public URLs, since an earlier request may have crashed before that. */
async function unchanged(deps: Deps, complaint: StoredComplaint, input: ChangeInput) {
  if (input.hidden !== true) return complaint;
  const images = await revokeHiddenAccess(deps, complaint);
  return images && { ...complaint, images };
}

/**
 * Changes a complaint in one transaction; concurrent writers are serialized. `shared`: what was already read and
 * reserved for several changes.
 */
export async function changeComplaint(
  deps: Deps,
  asking: Promise<Actor>,
  change: Change,
  shared?: Shared,
): Promise<StoredComplaint> {
  const role = asking.then((actor) => actor.role);
  const reserved = shared ? shared.changes.take : reserveChange(deps, change.accountId, role);
  return withRateLimit(reserved, (charge) => {
    const once = () => attempt(deps, { ...change, asking, charge, names: shared?.names });
    return withMutex(change.id, () => retryOnConflict(deps.clock, 'this complaint', once));
  });
}
