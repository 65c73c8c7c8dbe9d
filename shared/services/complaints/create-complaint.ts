import { reserve } from '#shared/appwrite/limits.ts';
import type { Category, Complaint, StoredImage } from '#shared/appwrite/rows.ts';
import { commitCounted, countedAs, tallyOperations } from '#shared/appwrite/tallies.ts';
import { begin, create, type Operation } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { Refusal, retryLater } from '#shared/domain/problems.ts';
import type { Picture } from '#shared/media/picture.ts';
import { claimKey, fingerprintOf, plainTicket, type Ticket } from './idempotency.ts';
import { defaultAssignee, overdueDay, refuseUnknownCategory } from './known-names.ts';
import { searchWords } from './search-words.ts';
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

export type NewComplaint = { draft: Draft; pictures: readonly Picture[]; key: string | undefined };
type NewRow = Omit<Complaint, 'counted'> & { words: string };
type FiledComplaint = Omit<Complaint, 'counted'> & { $id: string };
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
};

function newRow(deps: Deps, { actor, draft, category, assignedTo }: Filing): NewRow {
  const now = deps.clock.now();
  return {
    ...draft,
    reporterId: actor.id,
    reporterName: actor.username,
    status: 'created',
    progress: 0,
    assignedTo,
    overdueAt: overdueDay(category, now),
    hidden: false,
    touched: false,
    images: [],
    version: 1,
    filedAt: now.toISOString(),
    changedAt: now.toISOString(),
    words: searchWords(draft),
    acknowledgedAt: null,
    resolvedAt: null,
    closedAt: null,
  };
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

/** The row, its first entry, its totals and the key's end, in one commit: a complaint that can be seen is complete. */
async function file(deps: Deps, filing: Filing, images: StoredImage[]): Promise<FiledComplaint> {
  const { complaintId, operations: keyOperations } = filing.ticket;
  const row = newRow(deps, filing);
  const operations = [
    ...keyOperations,
    create('complaints', complaintId, { ...row, images: JSON.stringify(images), counted: countedAs(row) }),
    firstEntry(complaintId, filing),
    ...tallyOperations(undefined, row),
  ];
  const landed = async () => (await deps.store.complaints.find(complaintId)) !== undefined;
  const work = { operations, landed };
  let outcome = await commitCounted(deps, work, filing.begun);
  for (let tries = 1; outcome !== 'done' && tries < COMMITS; tries += 1) {
    if (outcome === 'limit') throw retryLater('request_in_progress', 'Another run of this request was first.', SOON);
    outcome = await commitCounted(deps, work);
  }
  if (outcome !== 'done') throw retryLater('busy', 'Many complaints are being filed at this moment.', SOON);
  return { ...row, images, $id: complaintId };
}

async function reserveFiling(deps: Deps, actor: Actor): Promise<void> {
  const limit = { kind: 'complain', subject: actor.id, windowMs: HOUR, max: deps.config.complaintsPerHour };
  const reservation = await reserve(deps, limit);
  if (reservation.granted) return;
  const detail = `You have filed ${limit.max} complaints within an hour. Wait before you file another.`;
  throw retryLater('too_many_requests', detail, { seconds: reservation.secondsLeft });
}

async function replay(deps: Deps, complaintId: string): Promise<Created> {
  const row = await deps.store.complaints.find(complaintId);
  if (row) return { row, replayed: true };
  throw new Refusal('not_found', 'The complaint made with this Idempotency-Key was deleted.');
}

async function ticketFor(deps: Deps, actor: Actor, { draft, pictures, key }: NewComplaint): Promise<Ticket> {
  if (key === undefined) return plainTicket(randomId(), false);
  const fingerprint = await fingerprintOf(
    draft,
    pictures.map((picture) => picture.content),
  );
  return claimKey(deps, actor.id, { key, fingerprint });
}

type Parts = { pictures: readonly Picture[]; category: Category | undefined };

/** What the row needs beside the draft: its pictures, and whom its category assigns it to. Nothing stays when either fails. */
async function gather(deps: Deps, complaintId: string, { pictures, category }: Parts) {
  const storing = storePictures(deps, complaintId, pictures);
  try {
    const [images, assignedTo] = await Promise.all([storing, defaultAssignee(deps, category)]);
    return { images, assignedTo };
  } catch (error) {
    // An upload that is still under way would come after its removal.
    await storing.catch(() => undefined);
    await discardPictures(deps, complaintId, pictures.length);
    throw error;
  }
}

/** Files a complaint: its pictures first, then everything else at once. Under a key it is filed once, however often it is sent. */
export async function createComplaint(deps: Deps, actor: Actor, wanted: NewComplaint): Promise<Created> {
  const ticket = await ticketFor(deps, actor, wanted);
  if (ticket.replay) return replay(deps, ticket.complaintId);
  try {
    // Opened beside the other questions, since nothing but the commit waits for it; unused, it runs out by itself.
    const begun = begin(deps.gateway);
    begun.catch(() => undefined);
    const [category] = await Promise.all([
      refuseUnknownCategory(deps, wanted.draft.category),
      reserveFiling(deps, actor),
    ]);
    const { images, assignedTo } = await gather(deps, ticket.complaintId, { pictures: wanted.pictures, category });
    const row = await file(deps, { actor, draft: wanted.draft, category, assignedTo, ticket, begun }, images);
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
