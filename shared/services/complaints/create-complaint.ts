import { holdAccount } from '#shared/appwrite/accounts.ts';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import type { Category, Complaint, StoredImage } from '#shared/appwrite/rows.ts';
import { commitCounted, countedAs, tallyOperations } from '#shared/appwrite/tallies.ts';
import { begin, create, type Operation } from '#shared/appwrite/transaction.ts';
import { createWords } from '#shared/appwrite/words.ts';
import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { cellOf } from '#shared/domain/cells.ts';
import { complaintIdAt, imageFileIds, randomId, timeOfKey } from '#shared/domain/ids.ts';
import { Refusal, retryLater } from '#shared/domain/problems.ts';
import type { Picture } from '#shared/media/picture.ts';
import { refuseErased } from '../auth/open-session.ts';
import { metered, reserveFiling } from '../rate-limits.ts';
import { claimKey, fingerprintOf, plainTicket, refuseMalformedKey, type Ticket } from './idempotency.ts';
import { defaultAssignee, namedCategory, overdueDay, unknownCategory } from './known-names.ts';
import { discardPictures, storePictures } from './store-pictures.ts';

/** The text of a new complaint, checked and trimmed. */
export type Draft = {
  title: string;
  description: string;
  category: string | null;
  location: string | null;
  latitude: number | null;
  longitude: number | null;
  anonymous: boolean;
};

export type NewComplaint = { draft: Draft; pictures: Promise<readonly Picture[]>; key: string | undefined };
type NewRow = Omit<Complaint, 'counted'>;
type FiledComplaint = NewRow & { $id: string };
export type Created = { row: FiledComplaint; replayed: boolean };

const COMMITS = 4;
const SOON = { seconds: 1 };

type Filing = {
  actor: Actor;
  draft: Draft;
  category: Category | undefined;
  assignedTo: string | null;
  ticket: Ticket;
  begun: Promise<string>;
  /** The use of the account's limit; nothing is filed when it is refused. */
  reserved: Promise<unknown>;
};

/** A complaint was filed at the time that its id begins with. */
function newRow({ actor, draft, category, assignedTo, ticket: { complaintId } }: Filing): NewRow {
  const now = timeOfKey(complaintId);
  const filedAt = now.toISOString();
  const overdueAt = overdueDay(category, now);
  const row = {
    ...draft,
    reporterId: actor.id,
    reporterName: actor.username,
    status: 'created' as const,
    progress: 0,
    assignedTo,
    overdueAt,
    hidden: false,
    touched: false,
    images: [],
    version: 1,
    filedAt,
    changedAt: filedAt,
    acknowledgedAt: null,
    resolvedAt: null,
    closedAt: null,
    reference: null,
    outcome: null,
    duplicateOf: null,
    followers: 0,
    acknowledgeBy: null,
    minutesLeft: null,
    acknowledgeLevel: 0,
    overdueLevel: 0,
    stepAt: null,
    reopened: 0,
    ratingScore: null,
    ratingComment: null,
    ratedAt: null,
    contact: null,
    contactUntil: null,
  };
  return { ...row, ...listColumns(complaintId, row) };
}

function cellOfDraft({ latitude, longitude }: Draft): string | null {
  return latitude === null || longitude === null ? null : cellOf({ latitude, longitude });
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

/** The row, its words, its first entry, its totals and the key's end, in one commit: a complaint that can be seen is complete. */
async function file(deps: Deps, filing: Filing, images: StoredImage[]): Promise<FiledComplaint> {
  const { complaintId, operations: keyOperations } = filing.ticket;
  const row = newRow(filing);
  const stored = { ...row, cell: cellOfDraft(filing.draft), counted: countedAs(row), images: JSON.stringify(images) };
  const operations = [
    ...keyOperations,
    create('complaints', complaintId, stored),
    ...createWords(complaintId, row),
    firstEntry(complaintId, filing),
    holdAccount(filing.actor.id),
    ...tallyOperations(undefined, row),
  ];
  const landed = async () => (await deps.store.complaints.find(complaintId)) !== undefined;
  const work = { operations, landed, ready: filing.reserved };
  let outcome = await commitCounted(deps, work, filing.begun);
  for (let tries = 1; outcome !== 'done' && tries < COMMITS; tries += 1) {
    if (outcome === 'missing') await refuseErased(deps, filing.actor.id);
    if (outcome === 'limit') throw retryLater('request_in_progress', 'Another run of this request was first.', SOON);
    outcome = await commitCounted(deps, work);
  }
  if (outcome !== 'done') throw retryLater('busy', 'Many complaints are being filed at this moment.', SOON);
  return { ...row, images, $id: complaintId };
}

async function replay(deps: Deps, complaintId: string): Promise<Created> {
  const row = await deps.store.complaints.find(complaintId);
  if (row) return { row, replayed: true };
  throw new Refusal('not_found', 'The complaint made with this Idempotency-Key was deleted.');
}

async function ticketFor(deps: Deps, actor: Actor, { draft, key }: NewComplaint, pictures: readonly Picture[]) {
  if (key === undefined) return plainTicket(complaintIdAt(deps.clock.now()), false);
  const fingerprint = await fingerprintOf(
    draft,
    pictures.map((picture) => picture.content),
  );
  return claimKey(deps, actor.id, { key, fingerprint });
}

type Parts = { pictures: readonly Picture[]; category: Category | undefined };

/** What the row needs beside the draft: its pictures, and whom its category assigns it to. Nothing stays when either fails. */
async function gather(deps: Deps, complaintId: string, { pictures, category }: Parts) {
  const ids = imageFileIds(complaintId).slice(0, pictures.length);
  const storing = storePictures(deps, ids, pictures);
  try {
    const [images, assignedTo] = await Promise.all([storing, defaultAssignee(deps, category)]);
    return { images, assignedTo };
  } catch (error) {
    // An upload that is still under way would come after its removal.
    await storing.catch(() => undefined);
    await discardPictures(deps, ids);
    throw error;
  }
}

type Started = {
  actor: Actor;
  pictures: readonly Picture[];
  category: Category | undefined;
  begun: Promise<string>;
  /** The use of the account's limit: 429 when none is left. */
  reserved: Promise<void>;
};

async function fileUnder(deps: Deps, ticket: Ticket, draft: Draft, started: Started): Promise<FiledComplaint> {
  const { actor, pictures, category, begun, reserved } = started;
  reserved.catch(() => undefined);
  // Pictures are stored only for whoever may file; everything else can be taken back by not committing it.
  if (pictures.length > 0) await reserved;
  const { images, assignedTo } = await gather(deps, ticket.complaintId, { pictures, category });
  return file(deps, { actor, draft, category, assignedTo, ticket, begun, reserved }, images);
}

/**
 * Files a complaint: its pictures first, then everything else at once. Under a key it is filed once, however often it
 * is sent. Who asks is judged first, then the request: 401, 422, 429, 409 for a key in use, 503.
 */
export async function createComplaint(deps: Deps, asking: Promise<Actor>, wanted: NewComplaint): Promise<Created> {
  // Opened and looked up beside the account, since only what follows needs them; unused, a transaction runs out by itself.
  const begun = begin(deps.gateway);
  const naming = namedCategory(deps, wanted.draft.category);
  for (const early of [begun, naming]) early.catch(() => undefined);
  const actor = await asking;
  refuseMalformedKey(wanted.key);
  const pictures = await wanted.pictures;
  const ticket = await ticketFor(deps, actor, wanted, pictures);
  if (ticket.replay) return replay(deps, ticket.complaintId);
  try {
    const category = await naming;
    if (wanted.draft.category !== null && !category) throw unknownCategory();
    const started = { actor, pictures, category, begun };
    const row = await metered(reserveFiling(deps, actor.id), (charge) =>
      fileUnder(deps, ticket, wanted.draft, { ...started, reserved: charge() }),
    );
    return { row, replayed: false };
  } catch (error) {
    await giveBack(ticket, error);
    throw error;
  }
}

/** A clear refusal frees the key for any other try; a failure frees it for the same one. */
async function giveBack(ticket: Ticket, error: unknown): Promise<void> {
  const refused = error instanceof Refusal && (error.code === 'too_many_requests' || error.code === 'invalid_fields');
  await (refused ? ticket.withdraw() : ticket.release()).catch(() => undefined);
}
