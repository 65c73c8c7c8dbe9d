import { bucketOf, type Limit, type Reservation, reserve, reserveMany } from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import type { Role } from '#shared/domain/account.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { retryLater } from '#shared/domain/problems.ts';

/** 429 with Retry-After. */
export function tooManyRequests(detail: string, seconds: number) {
  return retryLater('too_many_requests', detail, { seconds });
}

/** Reserves one use; 429 if none is left. */
export async function reserveOrRefuse(deps: Deps, limit: Limit, detail: string): Promise<Reservation> {
  const reservation = await reserve(deps, limit);
  if (!reservation.granted) throw tooManyRequests(detail, reservation.secondsLeft);
  return reservation;
}

/** Avoids an unhandled rejection if the reservation fails before it is awaited. */
function awaitedLater(reserving: Promise<Reservation>): Promise<Reservation> {
  reserving.catch(() => undefined);
  return reserving;
}

/** Starts to reserve one filing for this account; `withRateLimit` awaits it. */
export function reserveFiling(deps: Deps, accountId: string): Promise<Reservation> {
  const limit = { kind: 'complain', subject: accountId, windowMs: HOUR, max: deps.config.complaintsPerHour };
  const detail = `You have filed ${limit.max} complaints within an hour, which is as many as you may.`;
  return awaitedLater(reserveOrRefuse(deps, limit, detail));
}

const TOO_MANY_CHANGES = 'You have changed too many complaints within an hour.';

/** A limit per account. It depends on the role, whose promise may still be pending. */
function limitByRole(
  { config }: Deps,
  kind: 'change' | 'account-change',
  accountId: string,
  role: Promise<Role>,
): Limit {
  const { changesPerHour, staffChangesPerHour } = config;
  const max = role.then((known) => (known === 'user' ? changesPerHour : staffChangesPerHour));
  max.catch(() => undefined);
  return { kind, subject: accountId, windowMs: HOUR, max };
}

/** Starts to reserve one change of a complaint by this account; `withRateLimit` awaits it. */
export function reserveChange(deps: Deps, accountId: string, role: Promise<Role>): Promise<Reservation> {
  return awaitedLater(reserveOrRefuse(deps, limitByRole(deps, 'change', accountId, role), TOO_MANY_CHANGES));
}

/** Starts to reserve one change of an account, by this one; `withRateLimit` awaits it. */
export function reserveAccountChange(deps: Deps, accountId: string, role: Promise<Role>): Promise<Reservation> {
  const limit = limitByRole(deps, 'account-change', accountId, role);
  return awaitedLater(reserveOrRefuse(deps, limit, 'You have changed accounts too often within an hour.'));
}

/** Starts to reserve one follow or unfollow for this account; `withRateLimit` awaits it. */
export function reserveFollow(deps: Deps, accountId: string): Promise<Reservation> {
  const limit = { kind: 'follow', subject: accountId, windowMs: HOUR, max: deps.config.followsPerHour };
  const detail = `You have followed and unfollowed ${limit.max} times within an hour, which is as often as you may.`;
  return awaitedLater(reserveOrRefuse(deps, limit, detail));
}

/** Several changes by one account, reserved in one call and used one by one. */
export type Changes = {
  /** Uses one; 429 if none is left. */
  take(): Promise<Reservation>;
  /** Returns the unused ones. */
  end(): Promise<void>;
};

/** Starts to reserve `count` changes for this account, or as many as are left. */
export function reserveChanges(deps: Deps, account: { id: string; role: Promise<Role> }, count: number): Changes {
  const reserving = reserveMany(deps, limitByRole(deps, 'change', account.id, account.role), count);
  reserving.catch(() => undefined);
  let taken = 0;
  const undo = async () => {
    taken -= 1;
  };
  return {
    async take() {
      const { granted, secondsLeft } = await reserving;
      if (taken >= granted) throw tooManyRequests(TOO_MANY_CHANGES, secondsLeft);
      taken += 1;
      return { granted: true, secondsLeft: 0, undo };
    },
    async end() {
      const reserved = await reserving.catch(() => undefined);
      await reserved?.giveBack(reserved.granted - taken).catch(() => undefined);
    },
  };
}

/** An empty reservation. */
export const NOTHING_RESERVED: Pick<Reservation, 'undo'> = { undo: async () => {} };

/** Does work, and undoes the reservation if it throws. */
export async function givingBack<T>({ undo }: Pick<Reservation, 'undo'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await undo().catch(() => undefined);
    throw error;
  }
}

/**
 * Reserves a confirmation mail, per account (none yet at a registration) and per address, since the address may be
 * another person's. 429 after too many.
 */
export async function reserveConfirmation(
  deps: Deps,
  address: string,
  accountId?: string,
): Promise<Pick<Reservation, 'undo'>> {
  const limit = { windowMs: HOUR, max: deps.config.confirmMailsPerHour };
  const detail = 'Too many mails to confirm an address within an hour.';
  const own =
    accountId === undefined
      ? NOTHING_RESERVED
      : await reserveOrRefuse(deps, { kind: 'confirm-mail', subject: accountId, ...limit }, detail);
  const subject = bucketOf(address.toLowerCase());
  const ofAddress = await givingBack(own, () =>
    reserveOrRefuse(deps, { kind: 'confirm-address', subject, ...limit }, detail),
  );
  return { undo: async () => void (await Promise.all([own.undo(), ofAddress.undo()])) };
}

/**
 * Does work that costs one use of a limit if it calls `charge`, which it must await before it writes: 429 if none is
 * left. The use is returned if the work throws or never charges. `reserve` is a promise if the reservation already
 * runs, else a function.
 */
export async function withRateLimit<T>(
  reserve: Promise<Reservation> | (() => Promise<Reservation>),
  work: (charge: () => Promise<void>) => Promise<T>,
): Promise<T> {
  let charged = false;
  let reserving = typeof reserve === 'function' ? undefined : reserve;
  const giveBack = async () => {
    const reservation = await reserving?.catch(() => undefined);
    await reservation?.undo().catch(() => undefined);
  };
  try {
    const result = await work(async () => {
      if (typeof reserve === 'function') reserving ??= reserve();
      await reserving;
      charged = true;
    });
    if (!charged) await giveBack();
    return result;
  } catch (error) {
    await giveBack();
    throw error;
  }
}
