import type { Account } from '#shared/appwrite/accounts.ts';
import type { KnownAddress } from '#shared/appwrite/rows.ts';
import { NO_ADDRESS } from '#shared/domain/client-network.ts';
import { DAY } from '#shared/domain/clock.ts';
import { derivedId } from '#shared/domain/ids.ts';

const MAX_KNOWN = 8;
const KNOWN_DAYS = 30;

type AddressOwner = Pick<Account, '$id' | 'knownAddresses'>;

/** A hash of the address and the account's id, so that addresses are not stored. */
function addressHash(account: AddressOwner, address: string): string {
  return derivedId('a', account.$id, address);
}

function unexpired(account: AddressOwner, now: Date): KnownAddress[] {
  return account.knownAddresses.filter((known) => Date.parse(known.seen) > now.getTime() - KNOWN_DAYS * DAY);
}

/** Whether the account was registered or logged in to from this address in the last 30 days. */
export function isKnownAddress(account: AddressOwner, address: string, now: Date): boolean {
  const mark = addressHash(account, address);
  return address !== NO_ADDRESS && unexpired(account, now).some((known) => known.mark === mark);
}

/** The list to store after a registration or login from this address, at most 8; undefined if it is unchanged. */
export function addressesAfter(account: AddressOwner, address: string, now: Date): KnownAddress[] | undefined {
  if (address === NO_ADDRESS) return undefined;
  const mark = addressHash(account, address);
  const known = unexpired(account, now);
  const seen = now.toISOString().slice(0, 10);
  if (known.some((one) => one.mark === mark && one.seen === seen)) return undefined;
  return [{ mark, seen }, ...known.filter((one) => one.mark !== mark)].slice(0, MAX_KNOWN);
}
