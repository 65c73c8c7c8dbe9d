import { addressesInUse } from '#shared/appwrite/accounts.ts';
import {
  depersonalise,
  listOfAccount,
  messageIdOf,
  removeDeliveries,
  type StoredDelivery,
} from '#shared/appwrite/deliveries.ts';
import { type StoredOutboxEntry, writeOutbox } from '#shared/appwrite/outbox.ts';
import { HOUR } from '#shared/domain/clock.ts';
import type { NotifyDeps } from './deps.ts';

const PAGE = 100;
/**
 * How long messages are watched whose hand-over was tried more than once. A try that hung may still arrive; an id that
 * is taken refuses it.
 */
export const LATE_MS = 2 * HOUR;

/** Removes what Messaging keeps of an address, unless an account uses or awaits it. */
export async function forgetEmail({ store, mailer }: NotifyDeps, address: string): Promise<void> {
  if ((await addressesInUse(store, [address.toLowerCase()])).size > 0) return;
  await mailer.forget(address);
}

/**
 * Removes the messages of all rounds of a delivery. Gives false while one of them is being sent and cannot be removed:
 * it may stay so for ever.
 */
export async function discardMessages({ mailer }: NotifyDeps, delivery: StoredDelivery): Promise<boolean> {
  let gone = true;
  for (let round = 0; round <= delivery.round; round += 1) {
    if (!(await mailer.discard(messageIdOf(delivery, round)))) gone = false;
  }
  return gone;
}

/**
 * Takes an erased person out of a delivery and removes its messages. Those that cannot be removed yet, or that another
 * run may be handing over at this moment, are removed later, by the row that stays without the person.
 */
async function forgetDelivery(deps: NotifyDeps, delivery: StoredDelivery): Promise<boolean> {
  const wasTried = delivery.attempts > 0;
  const lateMs = wasTried ? LATE_MS : 0;
  const dueAt = new Date(deps.clock.now().getTime() + lateMs);
  if (!(await depersonalise(deps.store, delivery, dueAt))) return false;
  if (wasTried) await discardMessages(deps, delivery);
  return true;
}

/**
 * Removes everything that an erased person was sent or was to be sent: messages, deliveries, the address and former
 * ones. Gives false when another run took one of the deliveries meanwhile: then it is to be repeated.
 */
export async function forgetPerson(deps: NotifyDeps, accountId: string, address: string | null): Promise<boolean> {
  let complete = true;
  for (let full = true; full && complete; ) {
    const deliveries = await listOfAccount(deps.store, accountId, PAGE);
    // A former address would be forgotten when its delivery ends, which is not to be any more.
    const former = new Set(deliveries.flatMap((delivery) => delivery.address ?? []));
    for (const one of former) await forgetEmail(deps, one);
    const isOver = ({ status, messageId }: StoredDelivery) => status !== 'pending' && messageId === null;
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
 * Looks at a page of the addresses that Messaging keeps something of, and removes those that no account uses or awaits,
 * as after a deletion whose event was lost. The next page is left to a row of the outbox of its own. Doing it again is
 * harmless: whoever is mailed is made anew.
 */
export async function reviewAddresses(deps: NotifyDeps, entry: StoredOutboxEntry): Promise<void> {
  const { store, mailer } = deps;
  const { addresses, next } = await mailer.listStoredAddresses(entry.accountId ?? '');
  const used = addresses.length === 0 ? new Set() : await addressesInUse(store, addresses);
  for (const address of addresses) if (!used.has(address)) await mailer.forget(address);
  if (next !== '') {
    const at = new Date(entry.at);
    await writeOutbox(store, { kind: 'addresses.review', at, accountId: next, version: entry.at });
  }
}
