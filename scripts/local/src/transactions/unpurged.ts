import { type Project, tableKey } from '../project/types.ts';
import type { StaleRows } from '../rows/stale-rows.ts';
import type { RowStore } from '../rows/store.ts';
import type { Staged } from './log.ts';

type Parts = { project: Project; rows: RowStore; stale: StaleRows };

/**
 * Watches the rows that a commit is about to change. The answer, to be called when it has: what was read meanwhile is
 * what `getRow` goes on to see; all of it in the case of bad luck.
 */
export function unpurged(
  { project, rows, stale }: Parts,
  staged: readonly Staged[],
  unlucky: boolean,
): (committed: boolean) => void {
  const watched = staged.flatMap(({ databaseId, tableId, rowId }) => {
    const table = project.tables.get(tableKey(databaseId, tableId));
    if (!table || rowId === null) return [];
    const row = { table, rowId, before: rows.find(table, rowId), read: unlucky, unwatch: () => {} };
    row.unwatch = stale.watch(table, rowId, () => {
      row.read = true;
    });
    return [row];
  });
  return (committed) => {
    for (const { table, rowId, before, read, unwatch } of watched) {
      unwatch();
      if (committed && read) stale.keep(table, rowId, before);
    }
  };
}
