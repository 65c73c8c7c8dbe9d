import { accountsOfAddress } from '#shared/appwrite/accounts.ts';
import { listOfAccount, removeDeliveries } from '#shared/appwrite/deliveries.ts';
import type { NotifyDeps } from './deps.ts';

const PAGE = 100;

/** Removes what Messaging keeps of an address, unless an account uses or awaits it. */
export async function forgetEmail({ store, mailer }: NotifyDeps, address: string): Promise<void> {
  if ((await accountsOfAddress(store, address)).length > 0) return;
  await mailer.forget(address);
}

/**
 * Removes everything that an erased person was sent or was to be sent: messages, deliveries, the address and former
 * ones. Gives false while Messaging is still sending one of the messages.
 */
export async function forgetPerson(deps: NotifyDeps, accountId: string, address: string | null): Promise<boolean> {
  let complete = true;
  for (let full = true; full && complete; ) {
    const deliveries = await listOfAccount(deps.store, accountId, PAGE);
    const removable: string[] = [];
    for (const { $id, messageId } of deliveries) {
      if (messageId === null || (await deps.mailer.discard(messageId))) removable.push($id);
      else complete = false;
    }
    // A former address would be forgotten when its delivery ends, which is not to be any more.
    const former = new Set(deliveries.flatMap((delivery) => delivery.address ?? []));
    for (const one of former) await forgetEmail(deps, one);
    await removeDeliveries(deps.store, removable);
    full = deliveries.length === PAGE;
  }
  if (address !== null) await forgetEmail(deps, address);
  return complete;
}
