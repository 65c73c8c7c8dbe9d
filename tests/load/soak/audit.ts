import { Query, Storage } from 'node-appwrite';
import { BUCKET_ID, DATABASE_ID } from '#shared/appwrite/resources.ts';
import { HOUR, systemClock } from '#shared/domain/clock.ts';
import { reconcileNow } from '#shared/services/maintenance/reconciliation.ts';
import type { SoakService } from './service.ts';
import type { Ledger } from './traffic.ts';

export type Findings = {
  lostUpdates: number;
  doubledUpdates: number;
  orphans: number;
  lostPictures: number;
  undeleted: number;
};

const MORE_THAN_A_DAY = 25 * HOUR;

/**
 * Advances three days: the daily pass records leftovers and removes them a day later. A last pass ignores the limit.
 */
export async function runDailyPasses({ local, connection }: SoakService): Promise<void> {
  await local.settle();
  for (let day = 0; day < 3; day += 1) {
    local.clock.advance(MORE_THAN_A_DAY);
    await local.settle();
  }
  const clock = { ...systemClock, now: () => new Date(local.clock.now()) };
  await reconcileNow({ ...connection, clock }, { overLimit: true });
}

/** Compares what clients were told with the stored rows and files. */
export async function audit({ connection }: SoakService, ledger: Ledger): Promise<Findings> {
  const { client, tables } = connection.gateway;
  const rowsOf = async (tableId: string) => {
    const { rows } = await tables.listRows({ databaseId: DATABASE_ID, tableId, queries: [Query.limit(100_000)] });
    return rows as unknown as Record<string, unknown>[];
  };
  const [complaints, timeline] = [await rowsOf('complaints'), await rowsOf('timeline')];
  const { files } = await new Storage(client).listFiles({ bucketId: BUCKET_ID, queries: [Query.limit(100_000)] });
  const times = new Map<string, number>();
  for (const { note } of timeline) {
    if (typeof note === 'string') times.set(note, (times.get(note) ?? 0) + 1);
  }
  const existing = new Set(complaints.map((row) => String(row.$id)));
  const stored = new Set(files.map((file) => file.$id));
  const owned = new Set(complaints.flatMap((row) => picturesOf(row)));
  return {
    lostUpdates: ledger.notes.filter(({ complaintId, note }) => existing.has(complaintId) && !times.has(note)).length,
    doubledUpdates: [...times].filter(([, count]) => count > 1).length,
    orphans: [...stored].filter((id) => !owned.has(id)).length,
    lostPictures: [...owned].filter((id) => !stored.has(id)).length,
    undeleted: ledger.deleted.filter((id) => existing.has(id)).length,
  };
}

function picturesOf(row: Record<string, unknown>): string[] {
  const images: { id: string }[] = JSON.parse(String(row.images || '[]'));
  return images.map(({ id }) => id);
}
