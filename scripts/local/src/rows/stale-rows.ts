import { type Table, tableKey } from '../project/types.ts';
import type { Row } from './types.ts';

/**
 * Stale entries of Appwrite's row cache. A commit does not always purge it; `getRow` then serves the old row, or that
 * there was none, until the next write of the row.
 */
export class StaleRows {
  readonly #stale = new Map<string, Row | undefined>();
  readonly #readDuring = new Map<string, Set<() => void>>();

  /** The row that `getRow` sees; notifies the watchers. */
  read(table: Table, id: string, load: () => Row | undefined): Row | undefined {
    const key = keyOf(table, id);
    for (const tell of this.#readDuring.get(key) ?? []) tell();
    return this.#stale.has(key) ? this.#stale.get(key) : load();
  }

  /** Calls `tell` at each `getRow` of this row, until the returned function is called. */
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
