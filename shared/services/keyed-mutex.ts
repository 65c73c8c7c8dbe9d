const tails = new Map<string, Promise<unknown>>();

/**
 * Serializes work on one subject in this process, which saves conflicts and retries. Correctness comes from the
 * transaction, since other processes do not wait here.
 */
export async function withMutex<T>(subject: string, work: () => Promise<T>): Promise<T> {
  const before = tails.get(subject) ?? Promise.resolve();
  const mine = before.then(work, work);
  const tail = mine.catch(() => undefined);
  tails.set(subject, tail);
  try {
    return await mine;
  } finally {
    if (tails.get(subject) === tail) tails.delete(subject);
  }
}
