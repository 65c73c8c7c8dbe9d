import { type Clock, SECOND } from '#shared/domain/clock.ts';
import { retryLater } from '#shared/domain/problems.ts';

/** How long a write is retried before the client gets 409 `busy`. */
const BUDGET_MS = 8 * SECOND;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Retries an optimistic write until it succeeds. `attempt` reads, decides and writes; it returns undefined after a
 * conflict. The backoff is random up to a limit that doubles (full jitter), at most 500 ms. Throws 409 `busy` with
 * Retry-After after eight seconds.
 */
export async function retryOnConflict<T>(
  clock: Clock,
  what: string,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const giveUpAt = clock.elapsed() + BUDGET_MS;
  for (let longest = FIRST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (clock.elapsed() > giveUpAt) {
      throw retryLater('busy', `Many people are changing ${what} at this moment.`, { seconds: 1 });
    }
    await pause(Math.random() * longest);
  }
}
