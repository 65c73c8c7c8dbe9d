import { type Table, tableKey } from '../project/types.ts';
import type { Row } from './types.ts';

/**
 * Appwrite's row cache, as far as it lies: a commit does not always purge it, and then `getRow` serves what was
 * there before, or that nothing was there, until somebody writes the row outside a transaction.
 */
export class StaleRows {
  readonly #stale = new Map<string, Row | undefined>();
  readonly #readDuring = new Map<string, Set<() => void>>();

  /** What `getRow` sees. */
  read(table: Table, id: string, load: () => Row | undefined): Row | undefined {
    const key = keyOf(table, id);
    for (const tell of this.#readDuring.get(key) ?? []) tell();
    return this.#stale.has(key) ? this.#stale.get(key) : load();
  }

  /** Calls back at each `getRow` of this row, until the answer is called. */
  watch(table: Table, id: string, tell: () => void): () => void {
    const key = keyOf(table, id);
    const watchers = this.#readDuring.get(key) ?? new Set();
    this.#readDuring.set(key, watchers.add(tell));
    return () => {
      watchers.delete(tell);
      if (watchers.size === 0) this.#readDuring.delete(key);
    };
  }

  keep(table: Table, id: string, before: Row | undefined): void {
    this.#stale.set(keyOf(table, id), before);
  }

  forget(table: Table, id: string): void {
    if (this.#stale.size > 0) this.#stale.delete(keyOf(table, id));
  }

  clear(): void {
    this.#stale.clear();
  }
}

function keyOf(table: Table, id: string): string {
  return `${tableKey(table.databaseId, table.id)}/${id.toLowerCase()}`;
}
