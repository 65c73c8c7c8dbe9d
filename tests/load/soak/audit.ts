import { Query, Storage } from 'node-appwrite';
import { BUCKET_ID, DATABASE_ID } from '#shared/appwrite/resources.ts';
import type { Subject } from './service.ts';
import type { Ledger } from './traffic.ts';

export type Findings = {
  lostUpdates: number;
  doubledUpdates: number;
  orphans: number;
  lostPictures: number;
  undeleted: number;
};

const EVERY = 600_000;
const DAY = 24 * 3_600_000;

/** Lets a day pass and the schedule come round twice, as it would on the platform. */
export async function sweepUp({ local }: Subject): Promise<void> {
  await local.settle();
  local.clock.advance(DAY);
  for (let round = 0; round < 2; round += 1) {
    local.clock.advance(EVERY - (local.clock.now() % EVERY) + 1);
    await local.settle();
  }
}

/** Compares what clients were told with what is there. */
export async function audit({ connection }: Subject, ledger: Ledger): Promise<Findings> {
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
  const living = new Set(complaints.map((row) => String(row.$id)));
  const stored = new Set(files.map((file) => file.$id));
  const owned = new Set(complaints.flatMap((row) => picturesOf(row)));
  return {
    lostUpdates: ledger.noted.filter(({ complaintId, note }) => living.has(complaintId) && !times.has(note)).length,
    doubledUpdates: [...times].filter(([, count]) => count > 1).length,
    orphans: [...stored].filter((id) => !owned.has(id)).length,
    lostPictures: [...owned].filter((id) => !stored.has(id)).length,
    undeleted: ledger.deleted.filter((id) => living.has(id)).length,
  };
}

function picturesOf(row: Record<string, unknown>): string[] {
  const images: { id: string }[] = JSON.parse(String(row.images || '[]'));
  return images.map(({ id }) => id);
}
