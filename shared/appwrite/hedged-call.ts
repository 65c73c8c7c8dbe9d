import { isTransient } from './failures.ts';

/**
 * `afterMs`: when an unanswered call gets a second attempt (Infinity: never). `limitMs`: the timeout of the whole call.
 * While `isWaiting`, the call still waits for a slot, so no second attempt is made.
 */
export type CallTimes = { afterMs: number; limitMs: number; isWaiting?: () => boolean };

/** One attempt, `again` for the second. It should stop when the signal aborts; its result is ignored from then on. */
export type Attempt<T> = (signal: AbortSignal, again: boolean) => Promise<T>;

const pauseBeforeSecondMs = () => 50 + Math.random() * 100;

/**
 * Makes one attempt and rejects when it takes longer than `limitMs`. For writes: the caller must look up whether a
 * timed-out write took effect.
 */
export function callOnce<T>(attempt: Attempt<T>, limitMs: number): Promise<T> {
  return attemptCall(attempt, { afterMs: Number.POSITIVE_INFINITY, limitMs }, 1);
}

/**
 * Makes a second attempt in parallel when the first has not answered after `afterMs`, or a retry when it failed with a
 * temporary error. The first good answer wins and the other attempt is aborted. For calls that may be made twice, such
 * as reads, or opening and staging a transaction that is not committed yet.
 */
export function callHedged<T>(attempt: Attempt<T>, times: CallTimes): Promise<T> {
  return attemptCall(attempt, times, 2);
}

function attemptCall<T>(attempt: Attempt<T>, { afterMs, limitMs, isWaiting }: CallTimes, most: 1 | 2): Promise<T> {
  return new Promise((resolve, reject) => {
    const running = new Set<AbortController>();
    let started = 0;
    let second: NodeJS.Timeout | undefined;
    let ended = false;
    const end = (settle: () => void) => {
      ended = true;
      clearTimeout(second);
      clearTimeout(limit);
      for (const controller of running) controller.abort();
      settle();
    };
    const fail = (error: unknown) => {
      if (ended) return;
      if (!isTransient(error)) return end(() => reject(error));
      if (started < most) {
        clearTimeout(second);
        second = setTimeout(start, pauseBeforeSecondMs());
      } else if (running.size === 0) {
        end(() => reject(error));
      }
    };
    const start = () => {
      const controller = new AbortController();
      running.add(controller);
      started += 1;
      attempt(controller.signal, started > 1)
        .finally(() => running.delete(controller))
        .then((answer) => {
          if (!ended) end(() => resolve(answer));
        }, fail);
    };
    const startLate = () => {
      if (isWaiting?.()) second = setTimeout(startLate, afterMs);
      else start();
    };
    const limit = setTimeout(
      () => end(() => reject(new Error(`no answer from Appwrite within ${limitMs} ms`))),
      limitMs,
    );
    if (most > 1 && afterMs < limitMs) second = setTimeout(startLate, afterMs);
    start();
  });
}
