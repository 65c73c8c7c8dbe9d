/** Time as a dependency, so that tests can move it. */
export type Clock = {
  now(): Date;
  /** Milliseconds of a monotonic clock, for durations and deadlines. */
  elapsed(): number;
};

export const systemClock: Clock = { now: () => new Date(), elapsed: () => performance.now() };

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Yields to other requests of this process. Call it between the parts of a long computation. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
