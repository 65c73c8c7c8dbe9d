import { requireAccount } from '#shared/appwrite/accounts.ts';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import type { StoredComplaint } from '#shared/appwrite/complaints.ts';
import { hasEntry } from '#shared/appwrite/complaints.ts';
import { complaintOutbox } from '#shared/appwrite/outbox.ts';
import type { StoredImage } from '#shared/appwrite/rows.ts';
import { begin, claimVersion, commit, create, update } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { laterImageId, MAX_IMAGES_PER_COMPLAINT, randomId } from '#shared/domain/ids.ts';
import { hasActed, mayOnComplaint } from '#shared/domain/policy.ts';
import { invalidField, Refusal, retryLater } from '#shared/domain/problems.ts';
import type { Picture } from '#shared/media/picture.ts';
import { refuseErased } from '../auth/open-session.ts';
import { withMutex } from '../keyed-mutex.ts';
import { reserveChange, withRateLimit } from '../rate-limits.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { noSuchComplaint } from './get-complaint.ts';
import { claimKey, fingerprintOf, type IdempotencyClaim, refuseMalformedKey, unkeyedClaim } from './idempotency.ts';
import { type IfMatch, refuseStale } from './if-match.ts';
import { discardPictures, storePictures } from './store-pictures.ts';

/** `accountId`: the actor's id, known before the account is read. */
export type NewImages = {
  id: string;
  accountId: string;
  note: string | undefined;
  pictures: Promise<readonly Picture[]>;
  ifMatch: IfMatch;
  key: string | undefined;
};
export type Added = { row: StoredComplaint; replayed: boolean };

function refuseUnfit(actor: Actor, complaint: StoredComplaint | undefined, count: number, ifMatch: IfMatch) {
  if (!complaint || !mayOnComplaint(actor, 'read', complaint)) throw noSuchComplaint();
  if (!mayOnComplaint(actor, 'addImages', complaint)) {
    throw new Refusal('forbidden', 'Only staff may add pictures, and its reporter until it has ended.');
  }
  refuseStale(ifMatch, complaint.version);
  const has = complaint.images.length;
  if (has + count <= MAX_IMAGES_PER_COMPLAINT) return complaint;
  throw invalidField(
    'images',
    'too_many',
    `must be at most ${MAX_IMAGES_PER_COMPLAINT} on a complaint in all; it has ${has}`,
  );
}

/** The columns that change on the complaint. */
function planned(deps: Deps, actor: Actor, complaint: StoredComplaint, images: StoredImage[]) {
  const changedAt = deps.clock.now().toISOString();
  const touched = complaint.touched || hasActed(actor, complaint);
  return { touched, images, version: complaint.version + 1, changedAt };
}

type Adding = { actor: Actor; wanted: NewImages; pictures: readonly Picture[]; claim: IdempotencyClaim };

/** Adds pictures, with retries after conflicts; the files are stored once. */
class Addition {
  readonly #deps: Deps;
  readonly #adding: Adding;
  readonly #ids: string[];
  #early: Promise<StoredComplaint | undefined> | undefined;
  #stored: StoredImage[] | undefined;

  constructor(deps: Deps, adding: Adding, early: Promise<StoredComplaint | undefined>) {
    this.#deps = deps;
    this.#adding = adding;
    this.#early = early;
    this.#ids = adding.pictures.map(() => laterImageId(adding.wanted.id));
  }

  async #commit(complaint: StoredComplaint, stored: StoredImage[], transaction: Promise<string>) {
    const { actor, wanted, claim } = this.#adding;
    const { gateway, store } = this.#deps;
    const { $id: id, status, progress } = complaint;
    // The new URLs were never public, so they may be private or public.
    const added = stored.map((image) => (complaint.hidden ? { ...image, private: true } : image));
    const patch = planned(this.#deps, actor, complaint, [...complaint.images, ...added]);
    const { version, changedAt } = patch;
    const entryId = randomId();
    const operations = [
      ...claim.operations,
      claimVersion('complaints', id, complaint.version),
      update('complaints', id, {
        ...patch,
        images: JSON.stringify(patch.images),
        ...listColumns(id, { ...complaint, changedAt }),
      }),
      create('timeline', entryId, {
        complaintId: id,
        number: version,
        byId: actor.id,
        byName: actor.username,
        role: actor.role,
        kind: 'images',
        status,
        progress,
        note: wanted.note ?? null,
        internalNote: null,
        internal: false,
        changed: 'images',
        images: stored.map((image) => image.id).join(','),
      }),
      complaintOutbox({
        complaintId: id,
        version,
        by: { id: actor.id, role: actor.role },
        at: new Date(changedAt),
        changed: wanted.note === undefined ? ['images'] : ['images', 'note'],
        isPublic: true,
        before: complaint,
        after: complaint,
      }),
      requireAccount(actor.id),
    ];
    const wasCommitted = hasEntry(store, entryId);
    return {
      outcome: await commit(gateway, { operations, wasCommitted }, transaction),
      row: { ...complaint, ...patch },
    };
  }

  /** One attempt; undefined if another writer has changed the complaint first. */
  async attempt(charge: () => Promise<void>): Promise<StoredComplaint | undefined> {
    const { actor, wanted, pictures, claim } = this.#adding;
    const found = await (this.#early ?? this.#deps.store.complaints.find(wanted.id));
    this.#early = undefined;
    const complaint = refuseUnfit(actor, found, pictures.length, wanted.ifMatch);
    await charge();
    const transaction = begin(this.#deps.gateway);
    transaction.catch(() => undefined);
    this.#stored ??= await storePictures(this.#deps, this.#ids, pictures);
    const { outcome, row } = await this.#commit(complaint, this.#stored, transaction);
    if (outcome === 'done') return row;
    if (outcome === 'missing') await refuseErased(this.#deps, actor.id);
    if (outcome === 'limit' && !(await claim.held())) {
      throw retryLater('request_in_progress', 'Another run of this request was first.', { seconds: 1 });
    }
    return undefined;
  }

  async run(charge: () => Promise<void>): Promise<StoredComplaint> {
    const { deps, id } = { deps: this.#deps, id: this.#adding.wanted.id };
    try {
      return await withMutex(id, () => retryOnConflict(deps.clock, 'this complaint', () => this.attempt(charge)));
    } catch (error) {
      // If the commit's answer was lost, the complaint may have the pictures; maintenance removes them if not.
      const surely = error instanceof Refusal && error.code !== 'unavailable';
      if (surely && this.#stored) await discardPictures(deps, this.#ids);
      throw error;
    }
  }
}

async function replay(deps: Deps, actor: Actor, id: string): Promise<Added> {
  const row = await deps.store.complaints.find(id);
  if (!row || !mayOnComplaint(actor, 'read', row)) throw noSuchComplaint();
  return { row, replayed: true };
}

async function claimFor(deps: Deps, actor: Actor, wanted: NewImages, pictures: readonly Picture[]) {
  const { id, note, key } = wanted;
  if (key === undefined) return unkeyedClaim(id, false);
  const contents = pictures.map((picture) => picture.content);
  const fingerprint = await fingerprintOf({ images: id, note: note ?? null }, contents);
  return claimKey(deps, actor.id, { key, fingerprint, complaintId: id });
}

/**
 * Adds one to three pictures with one timeline entry. The files are stored first and belong to the complaint once its
 * row names them; maintenance removes those of a crashed request. 403, 404, 412, 422 beyond twelve in all. An
 * Idempotency-Key makes a repetition harmless.
 */
export async function addImages(deps: Deps, asking: Promise<Actor>, wanted: NewImages): Promise<Added> {
  const early = deps.store.complaints.find(wanted.id);
  early.catch(() => undefined);
  const role = asking.then((actor) => actor.role);
  return withRateLimit(reserveChange(deps, wanted.accountId, role), async (charge) => {
    const actor = await asking;
    refuseMalformedKey(wanted.key);
    const pictures = await wanted.pictures;
    if (pictures.length === 0) throw invalidField('images', 'required', 'must be one to three pictures');
    const claim = await claimFor(deps, actor, wanted, pictures);
    if (claim.replay) return replay(deps, actor, wanted.id);
    try {
      const row = await new Addition(deps, { actor, wanted, pictures, claim }, early).run(charge);
      return { row, replayed: false };
    } catch (error) {
      await claim.free(error);
      throw error;
    }
  });
}
