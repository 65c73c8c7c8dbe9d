import type { Store } from './store.ts';

/** What housekeeping remembers from one run to the next, by name. */
export type NoteName = 'figures' | 'hidden' | 'totals';

export async function readNote({ state }: Store, name: NoteName): Promise<string | undefined> {
  return (await state.find(name))?.value ?? undefined;
}

/** The last to write wins: notes only say where to go on, or hold what anybody would have measured. */
export async function writeNote({ state }: Store, name: NoteName, value: string): Promise<void> {
  await state.upsert(name, { version: 1, value });
}
