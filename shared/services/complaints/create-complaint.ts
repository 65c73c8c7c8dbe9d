import { requireAccount } from '#shared/appwrite/accounts.ts';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { findByReference } from '#shared/appwrite/complaints.ts';
import { complaintOutbox } from '#shared/appwrite/outbox.ts';
import type { Category, Complaint, Contact, StoredImage } from '#shared/appwrite/rows.ts';
import { commitCounted, countedAs, tallyOperations } from '#shared/appwrite/tallies.ts';
import { begin, create, type Operation } from '#shared/appwrite/transaction.ts';
import { createWords, textMarkOf } from '#shared/appwrite/words.ts';
import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { cellOfPlace } from '#shared/domain/cells.ts';
import { stepTime } from '#shared/domain/deadlines.ts';
import { complaintIdAt, imageFileIds, randomId, timeOfKey } from '#shared/domain/ids.ts';
import { isDesk } from '#shared/domain/policy.ts';
import { Refusal, retryLater } from '#shared/domain/problems.ts';
import { deadlinesFor, type WorkingCalendar } from '#shared/domain/working-time.ts';
import type { Picture } from '#shared/media/picture.ts';
import { refuseErased } from '../auth/open-session.ts';
import { withMutex } from '../keyed-mutex.ts';
import { reserveFiling, withRateLimit } from '../rate-limits.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { defaultAssignee, findCategoryById, unknownCategory } from './assignee-and-category.ts';
import { claimKey, fingerprintOf, type IdempotencyClaim, refuseMalformedKey, unkeyedClaim } from './idempotency.ts';
import { type Draw, nextReference } from './reference-numbers.ts';
import { discardPictures, storePictures } from './store-pictures.ts';

/** The fields of a new complaint, validated and trimmed. */
export type Draft = {
  title: string;
  description: string;
  category: string | null;
  location: string | null;
  latitude: number | null;
  longitude: number | null;
  anonymous: boolean;
  /** The caller, if staff files for one. */
  contact: Contact | null;
};

export type NewComplaint = { draft: Draft; pictures: Promise<readonly Picture[]>; key: string | undefined };
type NewRow = Omit<Complaint, 'counted'>;
type FiledComplaint = NewRow & { $id: string };
export type Created = { row: FiledComplaint; replayed: boolean };

const SOON = { seconds: 1 };

type Filing = {
  actor: Actor;
  draft: Draft;
  category: Category | undefined;
  assignedTo: string | null;
  claim: IdempotencyClaim;
  transaction: Promise<string>;
  drawn: Draw;
  /** The reserved use of the rate limit; nothing is filed if it rejects. */
  reserved: Promise<unknown>;
};

/** The row of a new complaint. Its time of filing is the time key of its id. */
function newRow(filing: Filing, { reference, calendar }: { reference: string; calendar: WorkingCalendar }): NewRow {
  const { actor, draft, category, assignedTo, claim } = filing;
  const { complaintId } = claim;
  const now = timeOfKey(complaintId);
  const filedAt = now.toISOString();
  const row = {
    ...draft,
    reporterId: actor.id,
    reporterName: actor.username,
    status: 'created' as const,
    progress: 0,
    assignedTo,
    hidden: false,
    touched: false,
    images: [],
    version: 1,
    filedAt,
    changedAt: filedAt,
    acknowledgedAt: null,
    resolvedAt: null,
    closedAt: null,
    reference,
    outcome: null,
    duplicateOf: null,
    followers: 0,
    ...deadlinesFor(category, now, calendar),
    minutesLeft: null,
    acknowledgeLevel: 0,
    overdueLevel: 0,
    reopened: 0,
    ratingScore: null,
    ratingComment: null,
    ratedAt: null,
    contactUntil: null,
  };
  return { ...row, stepAt: stepTime(row, calendar), ...listColumns(complaintId, row) };
}

function firstEntry(complaintId: string, { actor }: Filing): Operation {
  return create('timeline', randomId(), {
    complaintId,
    number: 1,
    byId: actor.id,
    byName: actor.username,
    role: actor.role,
    kind: 'created',
    status: 'created',
    progress: 0,
    note: null,
    internalNote: null,
    internal: false,
  });
}

function outboxOf(complaintId: string, { actor: by }: Filing, row: NewRow): Operation {
  const at = new Date(row.filedAt);
  return complaintOutbox({
    ...{ complaintId, version: 1, by, at, changed: [], isPublic: true },
    ...{ before: undefined, after: row },
  });
}

/** Commits the row, its words, its first entry, its totals and the idempotency key in one transaction. */
async function commitFiling(deps: Deps, filing: Filing, images: StoredImage[]): Promise<FiledComplaint> {
  const { complaintId, operations: keyOperations } = filing.claim;
  const filedAt = timeOfKey(complaintId);
  const firstReference = await filing.drawn.take(filedAt);
  const workWith = (reference: string) => {
    const row = newRow(filing, { reference, calendar: deps.config.calendar });
    const contact = row.contact && JSON.stringify(row.contact);
    const columns = {
      ...row,
      contact,
      cell: cellOfPlace(filing.draft),
      counted: countedAs(row),
      textMark: textMarkOf(row),
    };
    const operations = [
      ...keyOperations,
      create('complaints', complaintId, { ...columns, images: JSON.stringify(images) }),
      ...createWords(complaintId, row),
      firstEntry(complaintId, filing),
      requireAccount(filing.actor.id),
      ...tallyOperations(undefined, row),
      outboxOf(complaintId, filing, row),
    ];
    return { row, operations };
  };
  const wasCommitted = async () => (await deps.store.complaints.find(complaintId)) !== undefined;
  let reference = firstReference;
  let transaction: Promise<string> | undefined = filing.transaction;
  const attempt = async () => {
    const { row, operations } = workWith(reference);
    const outcome = await commitCounted(deps, { operations, wasCommitted, ready: filing.reserved }, transaction);
    transaction = undefined;
    if (outcome === 'done') return { ...row, images, $id: complaintId };
    if (outcome === 'limit') throw retryLater('request_in_progress', 'Another run of this request was first.', SOON);
    if (outcome === 'missing') await refuseErased(deps, filing.actor.id);
    const holder = outcome === 'conflict' ? await findByReference(deps.store, reference) : undefined;
    // The commit of an earlier attempt took effect late.
    if (holder?.$id === complaintId) return { ...row, images, $id: complaintId };
    // After a restore from backup the counter may return used numbers.
    if (holder) reference = await nextReference(deps, { another: true }).take(filedAt);
    return undefined;
  };
  // On MongoDB commits to the same total conflict at once, so retries run one at a time in this process.
  const once = () => (transaction !== undefined ? attempt() : withMutex('filing again', attempt));
  return retryOnConflict(deps.clock, 'the same totals', once);
}

async function replay(deps: Deps, complaintId: string): Promise<Created> {
  const row = await deps.store.complaints.find(complaintId);
  if (row) return { row, replayed: true };
  throw new Refusal('not_found', 'The complaint made with this Idempotency-Key was deleted.');
}

async function claimFor(deps: Deps, actor: Actor, { draft, key }: NewComplaint, pictures: readonly Picture[]) {
  if (key === undefined) return unkeyedClaim(complaintIdAt(deps.clock.now()), false);
  const fingerprint = await fingerprintOf(
    draft,
    pictures.map((picture) => picture.content),
  );
  return claimKey(deps, actor.id, { key, fingerprint });
}

type Parts = { pictures: readonly Picture[]; category: Category | undefined };

/** Stores the pictures and looks up the category's assignee. Removes the pictures when either fails. */
async function storePicturesAndFindAssignee(deps: Deps, complaintId: string, { pictures, category }: Parts) {
  const ids = imageFileIds(complaintId).slice(0, pictures.length);
  const storing = storePictures(deps, ids, pictures);
  try {
    const [images, assignedTo] = await Promise.all([storing, defaultAssignee(deps, category)]);
    return { images, assignedTo };
  } catch (error) {
    // A running upload would finish after the removal.
    await storing.catch(() => undefined);
    await discardPictures(deps, ids);
    throw error;
  }
}

type Started = {
  actor: Actor;
  pictures: readonly Picture[];
  category: Category | undefined;
  transaction: Promise<string>;
  drawn: Draw;
  /** The reserved use of the rate limit; rejects with 429 if none is left. */
  reserved: Promise<void>;
};

async function storeAndCommit(
  deps: Deps,
  claim: IdempotencyClaim,
  draft: Draft,
  started: Started,
): Promise<FiledComplaint> {
  const { actor, pictures, category, transaction, drawn, reserved } = started;
  reserved.catch(() => undefined);
  // Pictures are stored only once the use is granted. Everything else is part of the transaction.
  if (pictures.length > 0) await reserved;
  const { images, assignedTo } = await storePicturesAndFindAssignee(deps, claim.complaintId, { pictures, category });
  return commitFiling(deps, { actor, draft, category, assignedTo, claim, transaction, drawn, reserved }, images);
}

/** Only staff and admins may send a contact; throws 403 for others. */
function refuseForeignContact(actor: Actor, { contact }: Draft): void {
  if (contact === null || isDesk(actor)) return;
  throw new Refusal('forbidden', 'Only staff may send contact, when they file for a caller.');
}

type Early = { transaction: Promise<string>; category: Promise<Category | undefined>; drawn: Draw };

async function fileComplaint(deps: Deps, actor: Actor, wanted: NewComplaint, early: Early) {
  refuseMalformedKey(wanted.key);
  refuseForeignContact(actor, wanted.draft);
  const pictures = await wanted.pictures;
  const claim = await claimFor(deps, actor, wanted, pictures);
  if (claim.replay) return replay(deps, claim.complaintId);
  try {
    const category = await early.category;
    if (wanted.draft.category !== null && !category) throw unknownCategory(wanted.draft.category);
    const started = { ...early, actor, pictures, category };
    const row = await withRateLimit(reserveFiling(deps, actor.id), (charge) =>
      storeAndCommit(deps, claim, wanted.draft, { ...started, reserved: charge() }),
    );
    return { row, replayed: false };
  } catch (error) {
    await claim.free(error);
    throw error;
  }
}

/**
 * Files a complaint: stores its pictures, then commits everything else in one transaction. An Idempotency-Key makes a
 * repetition harmless. The account is checked before the request: 401, 403, 422, 429, 409 for a key in use, 503.
 */
export async function createComplaint(deps: Deps, asking: Promise<Actor>, wanted: NewComplaint): Promise<Created> {
  // Started in parallel with reading the account. An unused transaction expires; an unused number is kept for another
  // filing.
  const drawn = nextReference(deps);
  const transaction = begin(deps.gateway);
  const category = findCategoryById(deps, wanted.draft.category);
  for (const early of [transaction, category]) early.catch(() => undefined);
  try {
    return await fileComplaint(deps, await asking, wanted, { transaction, category, drawn });
  } finally {
    await drawn.release();
  }
}
