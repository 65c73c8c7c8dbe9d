import { listDueContacts } from '#shared/appwrite/complaints.ts';
import type { StorageDeps } from '#shared/compose.ts';

const PAGE = 100;

/**
 * Removes expired contacts of callers until `isOver`; returns their number. Rows that change meanwhile wait for the
 * next run. Costs one call if none is due.
 */
export async function removeContacts({ store, clock }: StorageDeps, isOver: () => boolean): Promise<number> {
  let removed = 0;
  for (;;) {
    const due = await listDueContacts(store, clock.now(), PAGE);
    let moved = 0;
    for (const row of due) {
      if (isOver()) return removed + moved;
      if (await store.contacts.replace(row, { contact: null, contactUntil: null })) moved += 1;
    }
    removed += moved;
    if (moved === 0 || due.length < PAGE) return removed;
  }
}
