import type { Connection } from '#scripts/project/connect.ts';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { storeFile } from '#shared/appwrite/media.ts';
import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { countedAs } from '#shared/appwrite/tallies.ts';
import { imageFileId, randomId } from '#shared/domain/ids.ts';

export type FillOptions = { complaints: number; pictures: number; orphans: number; picture: Uint8Array };

const AT_ONCE = 100;

function complaintRow(id: string, size: { bytes: number; pictured: boolean }) {
  const now = new Date().toISOString();
  const image = {
    id: imageFileId(id, 0),
    type: 'image/jpeg',
    width: 8,
    height: 8,
    bytes: size.bytes,
    token: 't',
    tokenId: 't',
  };
  const counted = {
    category: null,
    anonymous: false,
    reporterId: 'u0',
    reporterName: 'somebody',
    status: 'created',
    hidden: false,
  } as const;
  return {
    $id: id,
    title: 'A broken lamp',
    description: 'It has been dark for a week.',
    ...counted,
    counted: countedAs(counted),
    progress: 0,
    touched: false,
    images: JSON.stringify(size.pictured ? [image] : []),
    version: 1,
    filedAt: now,
    changedAt: now,
    ...listColumns(id, { changedAt: now, overdueAt: null, category: null, assignedTo: null }),
  };
}

function entryRow(complaintId: string) {
  const entry = { number: 1, role: 'user', kind: 'created', status: 'created', progress: 0, internal: false };
  return { $id: randomId(), complaintId, ...entry };
}

async function storeAll({ gateway }: Connection, ids: readonly string[], picture: Uint8Array): Promise<void> {
  const waiting = ids.values();
  const worker = async () => {
    for (const id of waiting) await storeFile(gateway, { id, name: `${id}.jpg`, parts: [picture] });
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Fills a database as after years: complaints with timelines, some with a picture, and files without a complaint. */
export async function fill(
  connection: Connection,
  { complaints, pictures, orphans, picture }: FillOptions,
): Promise<void> {
  const { tables } = connection.gateway;
  const ids = Array.from({ length: complaints }, randomId);
  for (let from = 0; from < complaints; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    const rows = some.map((id, n) => complaintRow(id, { bytes: picture.byteLength, pictured: from + n < pictures }));
    await tables.createRows({ databaseId: DATABASE_ID, tableId: 'complaints', rows });
    await tables.createRows({ databaseId: DATABASE_ID, tableId: 'timeline', rows: some.map(entryRow) });
  }
  const orphanOwners = Array.from({ length: orphans }, randomId);
  const owners = [...ids.slice(0, pictures), ...orphanOwners];
  await storeAll(
    connection,
    owners.map((id) => imageFileId(id, 0)),
    picture,
  );
}
