import type { Account } from '#shared/appwrite/accounts.ts';
import { bucketOf, type Limit, type Reservation, reserve } from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import { DAY, MINUTE } from '#shared/domain/clock.ts';
import { retryLater } from '#shared/domain/problems.ts';
import { isKnownAddress } from './known-addresses.ts';

/** A paid comparison, and the account it is for, if there is one. `undo` gives back what was paid, as far as it can. */
export type Try = { account: Account | undefined; undo(): Promise<void> };

/** Wrong passwords a day that addresses with an earlier login may send beside the budget of strangers. */
const KNOWN_BUDGET = 20;

/** The first of these limits that has room; 429 with the wait for the last one when none has. */
async function reserveFirst(deps: Deps, limits: readonly Limit[]): Promise<Reservation> {
  let secondsLeft = 1;
  for (const limit of limits) {
    const reservation = await reserve(deps, limit);
    if (reservation.granted) return reservation;
    ({ secondsLeft } = reservation);
  }
  const detail = 'Too many failed logins. Wait before you try again.';
  throw retryLater('too_many_requests', detail, { seconds: secondsLeft });
}

/** Strangers share the account's daily budget; when that is spent, one try a minute is left for all of them. */
function accountLimits(deps: Deps, username: string, known: boolean): Limit[] {
  const subject = bucketOf(username);
  const ofStrangers = [
    { kind: 'login-day', subject, windowMs: DAY, max: deps.config.loginFailuresPerDay },
    { kind: 'login-minute', subject, windowMs: MINUTE, max: 1 },
  ];
  return known ? [{ kind: 'login-known', subject, windowMs: DAY, max: KNOWN_BUDGET }, ...ofStrangers] : ofStrangers;
}

/** Pays for one comparison before it is made: per account and address, then per account. A name without account pays alike. */
export async function reserveTry(deps: Deps, username: string, finding: Promise<Account | undefined>): Promise<Try> {
  const { address, clock, config } = deps;
  const max = config.loginFailuresPerAddress;
  const pairLimit = { kind: 'login', subject: bucketOf(`${username} ${address}`), windowMs: 15 * MINUTE, max };
  const [pair, account] = await Promise.all([reserveFirst(deps, [pairLimit]), finding]);
  const known = account !== undefined && isKnownAddress(account, address, clock.now());
  try {
    const shared = await reserveFirst(deps, accountLimits(deps, username, known));
    return { account, undo: async () => void (await Promise.allSettled([pair.undo(), shared.undo()])) };
  } catch (refusal) {
    await pair.undo().catch(() => undefined);
    throw refusal;
  }
}
