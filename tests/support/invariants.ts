import { Query, Storage } from 'node-appwrite';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import type { Complaint } from '#shared/appwrite/rows.ts';
import { tallyOperations } from '#shared/appwrite/tallies.ts';
import { ownerOfFile } from '#shared/domain/ids.ts';
import type { Service } from './harness.ts';

/** What is wrong with the pictures, timelines and totals of all complaints; each list is empty when nothing is. */
export type Findings = {
  complaints: string[];
  orphans: string[];
  dangling: string[];
  unreferenced: string[];
  timelines: string[];
  totals: string[];
};

const PAGE = Query.limit(1_000);

async function everything({ connection }: Service) {
  const { store, gateway } = connection;
  const [complaints, entries, tallies, { files }] = await Promise.all([
    store.complaints.list([PAGE]),
    store.timeline.list([PAGE]),
    store.tallies.list([PAGE]),
    new Storage(gateway.client).listFiles({ bucketId: BUCKET_ID, queries: [PAGE] }),
  ]);
  return { complaints: complaints.rows, entries: entries.rows, tallies: tallies.rows, files };
}

type Everything = Awaited<ReturnType<typeof everything>>;

/** The totals as they should be, against those that are kept. */
function wrongTotals({ complaints, tallies }: Everything): string[] {
  const sums = new Map<string, number>();
  for (const complaint of complaints) {
    for (const { rowId, data } of tallyOperations(undefined, complaint as Complaint)) {
      const place = `${rowId}/${data?.column}`;
      sums.set(place, (sums.get(place) ?? 0) + 1);
    }
  }
  for (const { $id, visible, hidden } of tallies) {
    sums.set(`${$id}/visible`, (sums.get(`${$id}/visible`) ?? 0) - visible);
    sums.set(`${$id}/hidden`, (sums.get(`${$id}/hidden`) ?? 0) - hidden);
  }
  return [...sums].filter(([, rest]) => rest !== 0).map(([place, rest]) => `${place}: ${rest}`);
}

/** A timeline tells every version of a living complaint once, and of no other. */
function wrongTimelines({ complaints, entries }: Everything): string[] {
  const expected = complaints.flatMap(({ $id, version }) =>
    Array.from({ length: version }, (_, n) => `${$id}/${n + 1}`),
  );
  const told = entries.map(({ complaintId, number }) => `${complaintId}/${number}`);
  const missing = expected.filter((entry) => !told.includes(entry)).map((entry) => `${entry} missing`);
  const extra = told.filter((entry, n) => !expected.includes(entry) || told.indexOf(entry) !== n);
  return [...missing, ...extra.map((entry) => `${entry} too many`)];
}

async function isGone({ url }: { url: string }): Promise<boolean> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.status !== 200;
}

/** Looks at rows, files and totals as they are in Appwrite, and opens every picture by its token. */
export async function inspect(service: Service): Promise<Findings> {
  const all = await everything(service);
  const { endpoint, projectId } = service.local;
  const references = all.complaints.flatMap((complaint) =>
    complaint.images.map(({ id, token }) => ({
      id,
      url: `${endpoint}/storage/buckets/${BUCKET_ID}/files/${id}/view?project=${projectId}&token=${token}`,
    })),
  );
  const gone = await Promise.all(references.map(isGone));
  const living = new Set(all.complaints.map((complaint) => complaint.$id));
  const referenced = new Set(references.map(({ id }) => id));
  const files = all.files.map((file) => file.$id);
  return {
    complaints: [...living],
    orphans: files.filter((id) => !living.has(ownerOfFile(id) ?? '')),
    dangling: references.filter((_, index) => gone[index]).map(({ id }) => id),
    unreferenced: files.filter((id) => living.has(ownerOfFile(id) ?? '') && !referenced.has(id)),
    timelines: wrongTimelines(all),
    totals: wrongTotals(all),
  };
}

/** Throws, with all of it, when anything is wrong. Totals may be left to those who keep them. */
export async function checkInvariants(service: Service, { totals = true } = {}): Promise<Findings> {
  const found = await inspect(service);
  const { complaints: _, ...wrong } = totals ? found : { ...found, totals: [] };
  if (Object.values(wrong).some((list) => list.length > 0)) throw new Error(JSON.stringify(wrong));
  return found;
}
