import {
  bucketOf,
  type Limit,
  type Reservation,
  readUses,
  reserve,
  secondsUntilRoomFor,
  type Uses,
} from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import { DAY, MINUTE, SECOND } from '#shared/domain/clock.ts';
import { tooManyRequests } from '../rate-limits.ts';

type LoginLimit = Limit & { max: number };
/** Alternatives: a later limit is used when the earlier ones are used up. */
type Choice = readonly LoginLimit[];

export type LoginLimits = { unknown: readonly Choice[]; known: readonly Choice[] };

/**
 * The limits on wrong passwords. `unknown`, from unknown networks: per network; per account and network; per account
 * and day, then one try a minute. `known`: per account, network and day, then one try in 15 seconds. Guesses from
 * elsewhere do not count there, so they cannot lock out the owner; with a forged address they only make the owner wait.
 */
export function loginLimits({ config, address }: Deps, username: string): LoginLimits {
  const account = bucketOf(username);
  const pair = bucketOf(`${username} ${address}`);
  const quarter = 15 * MINUTE;
  return {
    unknown: [
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
export function readLoginUses(deps: Deps, { unknown, known }: LoginLimits): Promise<Uses> {
  return readUses(deps, [...unknown, ...known].flat());
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

/** Reserves one password comparison before it is made. 429, without a write, if no use is left; `undo` returns it. */
export async function reserveLoginTry(
  deps: Deps,
  choices: readonly Choice[],
  uses: Uses,
): Promise<{ undo(): Promise<void> }> {
  const limits = choices.map((choice) => firstWithRoom(deps, choice, uses));
  const reserving = await Promise.allSettled(limits.map((limit) => reserve(deps, limit, uses)));
  const reserved = reserving.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const undo = async () => void (await Promise.allSettled(reserved.map((one: Reservation) => one.undo())));
  const failed = reserving.find((one) => one.status === 'rejected');
  const full = reserved.filter((one) => !one.granted);
  if (!failed && full.length === 0) return { undo };
  await undo();
  throw failed ? failed.reason : refusal(Math.max(...full.map((one) => one.secondsLeft)));
}
