import {
  bucketOf,
  type Limit,
  type Reservation,
  readUses,
  reserveWithKnownUses,
  secondsUntilRoomFor,
  type Uses,
} from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import { DAY, MINUTE, SECOND } from '#shared/domain/clock.ts';
import { tooManyRequests } from '../rate-limits.ts';

type LoginLimit = Limit & { max: number };
/** Limits of which one must have room; later ones are used when the earlier are spent. */
type Choice = readonly LoginLimit[];

export type LoginLimits = { strangers: readonly Choice[]; known: readonly Choice[] };

/**
 * What wrong passwords are counted by.
 *
 * From a network that the account has not been used from: per network across all accounts, per account and network, and
 * per account for all strangers together; when that day's budget is spent, one try a minute is left for all of them.
 *
 * From a known network: only per account and network. When that budget is spent, one try in 15 seconds is left. So nobody's guesses lock out the person at home, neither guesses from elsewhere, nor those of a neighbour at
 * other accounts, nor those of somebody who forges the address; who forges it can at most make them wait for a slot.
 */
export function loginLimits({ config, address }: Deps, username: string): LoginLimits {
  const account = bucketOf(username);
  const pair = bucketOf(`${username} ${address}`);
  const quarter = 15 * MINUTE;
  return {
    strangers: [
      [{ kind: 'login-network', subject: bucketOf(address), windowMs: quarter, max: config.loginFailuresPerAddress }],
      [{ kind: 'login', subject: pair, windowMs: quarter, max: config.loginFailuresPerAccount }],
      [
        { kind: 'login-day', subject: account, windowMs: DAY, max: config.loginFailuresPerDay },
        { kind: 'login-minute', subject: account, windowMs: MINUTE, max: 1 },
      ],
    ],
    known: [
      [
        { kind: 'login-known', subject: pair, windowMs: DAY, max: config.loginFailuresFromKnown },
        { kind: 'login-known-slow', subject: pair, windowMs: 15 * SECOND, max: 1 },
      ],
    ],
  };
}

/** Reads the uses of these limits in one call. */
export function readLoginUses(deps: Deps, { strangers, known }: LoginLimits): Promise<Uses> {
  return readUses(deps, [...strangers, ...known].flat());
}

function refusal(seconds: number) {
  return tooManyRequests('Too many failed logins.', seconds);
}

function firstWithRoom(deps: Deps, choice: Choice, uses: Uses): LoginLimit {
  const waits = choice.map((limit) => secondsUntilRoomFor(deps, limit, uses));
  const limit = choice[waits.indexOf(0)];
  if (!limit) throw refusal(Math.min(...waits));
  return limit;
}

/** Reserves one comparison before it is made. 429, without a write, when there is no room; `undo` gives it back. */
export async function reserveLoginTry(
  deps: Deps,
  choices: readonly Choice[],
  uses: Uses,
): Promise<{ undo(): Promise<void> }> {
  const limits = choices.map((choice) => firstWithRoom(deps, choice, uses));
  const paying = await Promise.allSettled(limits.map((limit) => reserveWithKnownUses(deps, limit, uses)));
  const paid = paying.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const undo = async () => void (await Promise.allSettled(paid.map((one: Reservation) => one.undo())));
  const failed = paying.find((one) => one.status === 'rejected');
  const full = paid.filter((one) => !one.granted);
  if (!failed && full.length === 0) return { undo };
  await undo();
  throw failed ? failed.reason : refusal(Math.max(...full.map((one) => one.secondsLeft)));
}
