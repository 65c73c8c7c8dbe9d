/**
 * Does work for each item, eight at a time. A failure does not stop the others. Returns the failed items and their
 * errors.
 */
export async function sideBySide<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<Map<T, unknown>> {
  const failed = new Map<T, unknown>();
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item).catch((error: unknown) => failed.set(item, error));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return failed;
}
