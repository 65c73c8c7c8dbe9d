import { addressesInUse } from '#shared/appwrite/accounts.ts';
import {
  addressesAwaitingMail,
  isOver,
  listOfAccount,
  messageIdOf,
  removeDeliveries,
  removePerson,
  type StoredDelivery,
} from '#shared/appwrite/deliveries.ts';
import { type StoredOutboxEntry, writeOutbox } from '#shared/appwrite/outbox.ts';
import { HOUR } from '#shared/domain/clock.ts';
import type { NotifyDeps } from './deps.ts';

const PAGE = 100;
/**
 * How long messages are kept if a hand-over may still arrive. Messaging refuses a late hand-over while the id is taken.
 */
export const LATE_MS = 2 * HOUR;

/** Removes what Messaging keeps of an address, unless an account has it as its address or pending address. */
async function forgetEmail({ store, mailer }: NotifyDeps, address: string): Promise<void> {
  const folded = address.toLowerCase();
  if ((await addressesInUse(store, [folded])).has(folded)) return;
  await mailer.removeAddress(address);
}

/** Removes addresses from Messaging, except those that an account uses or a pending mail goes to. At most 100. */
export async function forgetUnneeded({ store, mailer }: NotifyDeps, addresses: readonly string[]): Promise<void> {
  const folded = addresses.map((address) => address.toLowerCase());
  const [used, awaiting] = await Promise.all([addressesInUse(store, folded), addressesAwaitingMail(store, addresses)]);
  for (const address of folded) {
    if (!used.has(address) && !awaiting.has(address)) await mailer.removeAddress(address);
  }
}

/**
 * Removes the messages of all rounds of a delivery. False if one is still `processing`, possibly forever, and cannot be
 * removed.
 */
export async function discardMessages({ mailer }: NotifyDeps, delivery: StoredDelivery): Promise<boolean> {
  let gone = true;
  for (let round = 0; round <= delivery.round; round += 1) {
    if (!(await mailer.removeMail(messageIdOf(delivery, round)))) gone = false;
  }
  return gone;
}

/**
 * Removes an erased person from a delivery, and its messages. Messages that cannot be removed yet, or that another run
 * may be handing over, are removed later by the anonymous row. False if another run has taken the delivery.
 */
async function forgetDelivery(deps: NotifyDeps, delivery: StoredDelivery): Promise<boolean> {
  const wasTried = delivery.attempts > 0;
  const lateMs = wasTried ? LATE_MS : 0;
  const dueAt = new Date(deps.clock.now().getTime() + lateMs);
  if (!(await removePerson(deps.store, delivery, dueAt))) return false;
  if (wasTried) await discardMessages(deps, delivery);
  return true;
}

/**
 * Removes all messages, deliveries and addresses of an erased person. False if another run took one of the deliveries
 * meanwhile; then it must be repeated.
 */
export async function forgetPerson(deps: NotifyDeps, accountId: string, address: string | null): Promise<boolean> {
  let complete = true;
  for (let full = true; full && complete; ) {
    const deliveries = await listOfAccount(deps.store, accountId, PAGE);
    // Normally a former address is forgotten when its delivery ends, but these deliveries are removed.
    const former = new Set(deliveries.flatMap((delivery) => delivery.address ?? []));
    for (const one of former) await forgetEmail(deps, one);
    for (const delivery of deliveries.filter((one) => !isOver(one))) {
      complete = (await forgetDelivery(deps, delivery)) && complete;
    }
    await removeDeliveries(
      deps.store,
      deliveries.filter(isOver).map(({ $id }) => $id),
    );
    full = deliveries.length === PAGE;
  }
  if (address !== null) await forgetEmail(deps, address);
  return complete;
}

/**
 * Reads a page of the addresses that Messaging keeps, and removes those that nobody needs. Such addresses are left over
 * when the event of a deletion is lost. Writes an outbox row for the next page. Idempotent, since the next mail to an
 * address adds the address again.
 */
export async function reviewAddresses(deps: NotifyDeps, entry: StoredOutboxEntry): Promise<void> {
  const { store, mailer } = deps;
  const { addresses, next } = await mailer.listStoredAddresses(entry.accountId ?? '');
  if (addresses.length > 0) await forgetUnneeded(deps, addresses);
  if (next !== '') {
    const at = new Date(entry.at);
    await writeOutbox(store, { kind: 'addresses.review', at, accountId: next, version: entry.at });
  }
}
