import { bucketOf, type Limit, type Reservation, reserve } from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import type { Role } from '#shared/domain/account.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { retryLater } from '#shared/domain/problems.ts';

/** 429 with Retry-After. */
export function tooManyRequests(detail: string, seconds: number) {
  return retryLater('too_many_requests', detail, { seconds });
}

/** Reserves one use, 429 when there is none left. */
export async function reserveOrRefuse(deps: Deps, limit: Limit, detail: string): Promise<Reservation> {
  const reservation = await reserve(deps, limit);
  if (!reservation.granted) throw tooManyRequests(detail, reservation.secondsLeft);
  return reservation;
}

/** A reservation that is under way beside other calls; it may fail before anybody awaits it. */
function begun(reserving: Promise<Reservation>): Promise<Reservation> {
  reserving.catch(() => undefined);
  return reserving;
}

/** One filing of this account; begins at once, to be awaited in `withRateLimit`. */
export function reserveFiling(deps: Deps, accountId: string): Promise<Reservation> {
  const limit = { kind: 'complain', subject: accountId, windowMs: HOUR, max: deps.config.complaintsPerHour };
  const detail = `You have filed ${limit.max} complaints within an hour. Wait before you file another.`;
  return begun(reserveOrRefuse(deps, limit, detail));
}

/** One change by this account. How many there may be depends on its role, which may still be read. */
export function reserveChange(deps: Deps, accountId: string, role: Promise<Role>): Promise<Reservation> {
  const { changesPerHour, staffChangesPerHour } = deps.config;
  const max = role.then((known) => (known === 'user' ? changesPerHour : staffChangesPerHour));
  max.catch(() => undefined);
  const limit = { kind: 'change', subject: accountId, windowMs: HOUR, max };
  return begun(
    reserveOrRefuse(deps, limit, 'You have changed too many complaints within an hour. Wait before the next.'),
  );
}

/** Where nothing had to be reserved. */
export const NOTHING_RESERVED: Pick<Reservation, 'undo'> = { undo: async () => {} };

/** Work for which something was reserved before: when it throws, that is given back. */
export async function givingBack<T>({ undo }: Pick<Reservation, 'undo'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await undo().catch(() => undefined);
    throw error;
  }
}

/**
 * A mail to confirm an address, for the account that asks (none yet when it registers) and for the address, which may be
 * anybody's: 429 when there were too many.
 */
export async function reserveConfirmation(
  deps: Deps,
  address: string,
  accountId?: string,
): Promise<Pick<Reservation, 'undo'>> {
  const limit = { windowMs: HOUR, max: deps.config.confirmMailsPerHour };
  const detail = 'Too many mails to confirm an address within an hour. Wait before the next.';
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
 * Work that costs one use of a limit if it calls `charge`, which it awaits before it writes: 429 when none is left.
 * What throws, and what never charges, costs nothing: the use is given back.
 */
export async function withRateLimit<T>(
  reserving: Promise<Reservation>,
  work: (charge: () => Promise<void>) => Promise<T>,
): Promise<T> {
  let charged = false;
  const giveBack = async () => {
    const reservation = await reserving.catch(() => undefined);
    await reservation?.undo().catch(() => undefined);
  };
  try {
    const result = await work(async () => {
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
