import type { RowMeta } from './row.ts';
import type { Store } from './store.ts';

type StateName = 'maintenance' | 'reconciliation';

/** What maintenance remembers from one run to the next, as JSON; undefined when it is missing or unreadable. */
export type SavedState = { value: unknown; row: RowMeta | undefined };

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The saved state of each name, in one call. */
export async function readState({ state }: Store, names: readonly StateName[]): Promise<Map<StateName, SavedState>> {
  const rows = await state.findMany(names);
  return new Map(
    names.map((name) => {
      const row = rows.find((found) => found.$id === name);
      return [name, { value: parse(row?.value ?? null), row }];
    }),
  );
}

/**
 * Saves the state of one name by compare-and-set. Returns the row to pass to the next save; undefined when another run
 * saved first: its state stays, and the work of this run is repeated later.
 */
export async function saveState(
  { state }: Store,
  name: StateName,
  { value, row }: SavedState,
): Promise<RowMeta | undefined> {
  const data = { version: 1, value: JSON.stringify(value) };
  return row ? state.replace(row, data) : state.insert(name, data);
}
