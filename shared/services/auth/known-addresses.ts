import type { Account } from '#shared/appwrite/accounts.ts';
import type { KnownAddress } from '#shared/appwrite/rows.ts';
import { NO_ADDRESS } from '#shared/domain/client-network.ts';
import { DAY } from '#shared/domain/clock.ts';
import { derivedId } from '#shared/domain/ids.ts';

const MAX_KNOWN = 8;
const KNOWN_DAYS = 30;

type Knowing = Pick<Account, '$id' | 'knownAddresses'>;

/** A hash of the address and the account's id: addresses themselves are not stored. */
function markOf(account: Knowing, address: string): string {
  return derivedId('a', account.$id, address);
}

function unexpired(account: Knowing, now: Date): KnownAddress[] {
  return account.knownAddresses.filter((known) => Date.parse(known.seen) > now.getTime() - KNOWN_DAYS * DAY);
}

/** Whether this person has registered or logged in from this address recently. */
export function isKnownAddress(account: Knowing, address: string, now: Date): boolean {
  const mark = markOf(account, address);
  return address !== NO_ADDRESS && unexpired(account, now).some((known) => known.mark === mark);
}

/** The list to store after a registration or a login from this address; undefined when it is unchanged. */
export function addressesAfter(account: Knowing, address: string, now: Date): KnownAddress[] | undefined {
  if (address === NO_ADDRESS) return undefined;
  const mark = markOf(account, address);
  const known = unexpired(account, now);
  const seen = now.toISOString().slice(0, 10);
  if (known.some((one) => one.mark === mark && one.seen === seen)) return undefined;
  return [{ mark, seen }, ...known.filter((one) => one.mark !== mark)].slice(0, MAX_KNOWN);
}
