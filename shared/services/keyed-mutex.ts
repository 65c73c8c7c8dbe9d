const tails = new Map<string, Promise<unknown>>();

/**
 * Runs work on one subject after the work before it, in this process only. Writers of one complaint are spared conflicts
 * that they would only retry; the transaction is what makes them exact, since other processes do not wait here.
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
