import { Query } from 'node-appwrite';
import { DAY, MINUTE } from '#shared/domain/clock.ts';
import { derivedId } from '#shared/domain/ids.ts';
import type { Gateway } from './gateway.ts';
import { valueChunks } from './id-chunks.ts';
import type { RowOf, Stored } from './row.ts';
import type { DeliveryRow } from './rows.ts';
import type { Store } from './store.ts';
import { claimVersion, commit, update } from './transaction.ts';

/**
 * One mail or webhook call. `dueAt`: its next step (hand over, ask for the result, remove the message with links,
 * remove the row); null when the mail of `leadId` covers it. `attempts` counts hand-overs, `round` those that Messaging
 * failed or did not finish. A mail without `accountId` is of an erased account and only waits to remove its messages.
 */
export type Delivery = RowOf<typeof DeliveryRow>;
export type StoredDelivery = Stored<Delivery>;

/** Whether a delivery is finished and has no message in Messaging, so that only its row is left to remove. */
export const isOver = ({ status, messageId }: StoredDelivery) => status !== 'pending' && messageId === null;

export type NewDelivery = Pick<Delivery, 'channel' | 'kind' | 'outboxId' | 'at'> &
  Partial<
    Pick<Delivery, 'accountId' | 'address' | 'webhookId' | 'complaintId' | 'complaintVersion' | 'told' | 'audiences'>
  > & {
    dueAt: Date;
  };

/** How long done deliveries are kept. */
export const KEPT_MS = 30 * DAY;
/** The lease of a hand-over, longer than all its calls together. */
const LEASE_MS = 3 * MINUTE;

/** The id of the message of one round: the delivery's id and the round. */
export const messageIdOf = ({ $id }: StoredDelivery, round: number) => `${$id}-${round}`;

/**
 * The recipient. The row id is derived from it, the outbox row and the channel, so creating a delivery twice is
 * harmless.
 */
function recipientOf({ accountId, address, webhookId }: NewDelivery): string {
  return JSON.stringify([accountId ?? '', address ?? '', webhookId ?? '']);
}

function rowOf(delivery: NewDelivery) {
  const { dueAt, told = [], audiences = [], ...rest } = delivery;
  return {
    $id: derivedId('d', delivery.outboxId, delivery.channel, recipientOf(delivery)),
    ...{ reason: null, accountId: null, address: null, webhookId: null, complaintId: null, complaintVersion: null },
    ...rest,
    ...{
      told: told.join(','),
      audiences: audiences.join(','),
      status: 'pending',
      dueAt: dueAt.toISOString(),
      attempts: 0,
      round: 0,
      version: 1,
    },
    ...{ handedAt: null, messageId: null, leadId: null },
  };
}

/** Creates up to 100 deliveries and returns their ids; existing ones stay as they are. */
export async function makeDeliveries(store: Store, deliveries: readonly NewDelivery[]): Promise<string[]> {
  const rows = deliveries.map(rowOf);
  const one = ({ $id, ...data }: (typeof rows)[number]) => store.deliveries.insert($id, data);
  if (rows.length === 1 && rows[0]) await one(rows[0]);
  // insertMany creates none of them when one exists.
  else if (!(await store.deliveries.insertMany(rows))) await Promise.all(rows.map(one));
  return rows.map(({ $id }) => $id);
}

/** The deliveries whose next step is due, the longest due first. */
export async function listDueDeliveries(store: Store, now: Date, limit: number): Promise<StoredDelivery[]> {
  const { rows } = await store.deliveries.list([
    Query.lessThanEqual('dueAt', now.toISOString()),
    Query.orderAsc('dueAt'),
    Query.limit(limit),
  ]);
  return rows;
}

/**
 * Pending deliveries without an attempt to the same person about the same complaint, at most 50. They can share one
 * mail.
 */
export async function listCompanions(store: Store, lead: StoredDelivery): Promise<StoredDelivery[]> {
  if (lead.accountId === null || lead.complaintId === null) return [];
  const { rows } = await store.deliveries.list([
    Query.equal('accountId', lead.accountId),
    Query.equal('complaintId', lead.complaintId),
    Query.equal('status', 'pending'),
    Query.equal('attempts', 0),
    Query.isNull('leadId'),
    Query.notEqual('$id', lead.$id),
    Query.limit(50),
  ]);
  return rows.filter(({ channel }) => channel === lead.channel);
}

/** The deliveries that share the mail of this one. */
export async function listJoined(store: Store, lead: StoredDelivery): Promise<StoredDelivery[]> {
  const { rows } = await store.deliveries.list([Query.equal('leadId', lead.$id), Query.limit(100)]);
  return rows;
}

type Deps = { gateway: Gateway; store: Store };

/**
 * Takes a delivery under a lease, by compare-and-set. Companions join it in the same transaction, so that each is in
 * one mail only. Undefined when another run took it first.
 */
export async function takeDelivery(
  { gateway, store }: Deps,
  delivery: StoredDelivery,
  { companions, now }: { companions: readonly StoredDelivery[]; now: Date },
): Promise<StoredDelivery | undefined> {
  const { $id, version, attempts } = delivery;
  const lease = {
    dueAt: new Date(now.getTime() + LEASE_MS).toISOString(),
    attempts: attempts + 1,
    version: version + 1,
  };
  if (companions.length === 0) return store.deliveries.replace(delivery, lease);
  const operations = [
    claimVersion('deliveries', $id, version),
    update('deliveries', $id, lease),
    ...companions.flatMap((companion) => [
      claimVersion('deliveries', companion.$id, companion.version),
      update('deliveries', companion.$id, { leadId: $id, dueAt: null, version: companion.version + 1 }),
    ]),
  ];
  const wasCommitted = async () => (await store.deliveries.find($id))?.version === version + 1;
  if ((await commit(gateway, { operations, wasCommitted })) !== 'done') return undefined;
  return store.deliveries.find($id);
}

type Progress = Partial<Pick<Delivery, 'status' | 'reason' | 'attempts' | 'round' | 'messageId'>> & {
  dueAt: Date;
  handedAt?: Date | null;
};

/** Records a step; undefined when another run has taken the delivery meanwhile. */
export function recordDelivery(store: Store, delivery: StoredDelivery, progress: Progress) {
  const { dueAt, handedAt, ...rest } = progress;
  return store.deliveries.replace(delivery, {
    ...rest,
    dueAt: dueAt.toISOString(),
    ...(handedAt === undefined ? {} : { handedAt: handedAt?.toISOString() ?? null }),
    version: delivery.version + 1,
  });
}

/**
 * Copies the final status of a mail to the deliveries that share it. Call it before ending the mail itself, so that a
 * crash repeats it.
 */
export async function endJoined(
  store: Store,
  lead: StoredDelivery,
  end: Pick<Delivery, 'status' | 'reason'> & { now: Date },
) {
  const { now, ...rest } = end;
  const dueAt = new Date(now.getTime() + KEPT_MS).toISOString();
  await store.deliveries.updateWhere([Query.equal('leadId', lead.$id)], { ...rest, dueAt });
}

/**
 * Removes the person from a delivery, which then only waits to remove its messages. False when another run has taken it
 * meanwhile.
 */
export async function removePerson(store: Store, delivery: StoredDelivery, dueAt: Date): Promise<boolean> {
  const written = await store.deliveries.replace(delivery, {
    ...{ accountId: null, address: null, complaintId: null, complaintVersion: null, leadId: null, handedAt: null },
    ...{ status: 'skipped', reason: 'The account is gone.' },
    messageId: delivery.attempts > 0 ? messageIdOf(delivery, delivery.round) : null,
    dueAt: dueAt.toISOString(),
    version: delivery.version + 1,
  });
  return written !== undefined;
}

export async function removeDeliveries(store: Store, ids: readonly string[]): Promise<void> {
  for (const chunk of valueChunks('$id', ids)) await store.deliveries.removeWhere([Query.equal('$id', chunk)]);
}

/** Removes pending deliveries without an attempt about a deleted complaint, except those of `complaint.deleted`. */
export async function removeWaiting(store: Store, complaintId: string): Promise<void> {
  await store.deliveries.removeWhere([
    Query.equal('complaintId', complaintId),
    Query.equal('status', 'pending'),
    Query.equal('attempts', 0),
    Query.notEqual('kind', 'complaint.deleted'),
  ]);
}

/** Up to `limit` deliveries of an account, sent or pending. */
export async function listOfAccount(store: Store, accountId: string, limit: number): Promise<StoredDelivery[]> {
  const { rows } = await store.deliveries.list([Query.equal('accountId', accountId), Query.limit(limit)]);
  return rows;
}

/**
 * Finds which of up to 100 addresses are former addresses to which a pending mail goes. Resolves to them in lower case.
 * On PostgreSQL an address in another case than the stored one is not found.
 */
export async function addressesAwaitingMail(store: Store, addresses: readonly string[]): Promise<Set<string>> {
  const { rows } = await store.deliveries.list([
    Query.equal('status', 'pending'),
    Query.equal('address', [...addresses]),
    Query.limit(1_000),
  ]);
  return new Set(rows.flatMap(({ address }) => address?.toLowerCase() ?? []));
}

/**
 * The number of mails of a kind handed over for an account after `since`, up to `limit`, without the delivery `except`.
 */
export async function countHanded(
  store: Store,
  {
    accountId,
    kind,
    since,
    except,
    limit,
  }: Pick<Delivery, 'kind'> & { accountId: string; since: Date; except: string; limit: number },
): Promise<number> {
  const { rows } = await store.deliveries.list([
    Query.equal('accountId', accountId),
    Query.equal('kind', kind),
    Query.greaterThan('at', since.toISOString()),
    Query.greaterThan('attempts', 0),
    Query.notEqual('status', 'skipped'),
    Query.notEqual('$id', except),
    Query.limit(limit),
  ]);
  return rows.length;
}

/** The number of ended mails from before `before` whose messages still exist. */
export async function countUndiscarded(store: Store, before: Date): Promise<number> {
  const queries = [
    Query.notEqual('status', 'pending'),
    Query.isNotNull('messageId'),
    Query.lessThan('at', before.toISOString()),
    Query.limit(1),
  ];
  return (await store.deliveries.list(queries, { total: true })).total;
}

/** Deliveries of a status, the newest first; `total` counts up to 5,000. */
export async function listByStatus(store: Store, status: Delivery['status'], limit: number) {
  return store.deliveries.list([Query.equal('status', status), Query.orderDesc('$createdAt'), Query.limit(limit)], {
    total: true,
  });
}
