import { bucketOf, type Limit, type Reservation, reserve, reserveMany } from '#shared/appwrite/limits.ts';
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

/** A reservation that runs beside other calls; a failure before it is awaited is no unhandled rejection. */
function begun(reserving: Promise<Reservation>): Promise<Reservation> {
  reserving.catch(() => undefined);
  return reserving;
}

/** One filing of this account; begins at once, to be awaited in `withRateLimit`. */
export function reserveFiling(deps: Deps, accountId: string): Promise<Reservation> {
  const limit = { kind: 'complain', subject: accountId, windowMs: HOUR, max: deps.config.complaintsPerHour };
  const detail = `You have filed ${limit.max} complaints within an hour, which is as many as you may.`;
  return begun(reserveOrRefuse(deps, limit, detail));
}

const TOO_MANY_CHANGES = 'You have changed too many complaints within an hour.';

/** How many changes an account may make depends on its role, which may still be read. */
function limitOfChanges({ config }: Deps, accountId: string, role: Promise<Role>): Limit {
  const { changesPerHour, staffChangesPerHour } = config;
  const max = role.then((known) => (known === 'user' ? changesPerHour : staffChangesPerHour));
  max.catch(() => undefined);
  return { kind: 'change', subject: accountId, windowMs: HOUR, max };
}

/** One change by this account; begins at once, to be awaited in `withRateLimit`. */
export function reserveChange(deps: Deps, accountId: string, role: Promise<Role>): Promise<Reservation> {
  return begun(reserveOrRefuse(deps, limitOfChanges(deps, accountId, role), TOO_MANY_CHANGES));
}

/** Several changes by one account, reserved at once and used one by one. */
export type Changes = {
  /** Takes one use: 429 when none is left. */
  take(): Promise<Reservation>;
  /** Gives back what was not used. */
  end(): Promise<void>;
};

/** Reserves so many changes by this account, or as many as are left; begins at once. */
export function reserveChanges(deps: Deps, account: { id: string; role: Promise<Role> }, count: number): Changes {
  const reserving = reserveMany(deps, limitOfChanges(deps, account.id, account.role), count);
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
 * Work that costs one use of a limit if it calls `charge`, which it awaits before it writes: 429 when none is left.
 * What throws, and what never charges, costs nothing: the use is given back. A use that is reserved beside other calls is
 * handed over as a promise, one that is at hand as a function.
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
