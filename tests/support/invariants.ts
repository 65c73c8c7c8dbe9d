import { Query, Storage } from 'node-appwrite';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import { accountTallies, categoryTally, statusTally } from '#shared/appwrite/tallies.ts';
import { ownerOfFile } from '#shared/domain/ids.ts';
import { readReference } from '#shared/domain/reference.ts';
import type { Service } from './harness.ts';

/**
 * The faults of all complaints' pictures, timelines, totals and references; each list is empty when there are none.
 * `complaints` holds the ids of all complaints.
 */
export type Findings = {
  complaints: string[];
  orphans: string[];
  dangling: string[];
  unreferenced: string[];
  timelines: string[];
  totals: string[];
  references: string[];
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

type Row = Everything['complaints'][number];

/** What each total counts according to the contract, by the id of its row. */
function totalsOf({ complaints }: Everything): Map<string, (row: Row) => boolean> {
  const totals = new Map<string, (row: Row) => boolean>();
  for (const { status, category, reporterId } of complaints) {
    const [all, named] = accountTallies(reporterId);
    totals.set(statusTally(status), (row) => row.status === status);
    if (category !== null) totals.set(categoryTally(category), (row) => row.category === category);
    totals.set(all, (row) => row.reporterId === reporterId && row.reporterName !== null);
    totals.set(named, (row) => row.reporterId === reporterId && row.reporterName !== null && !row.anonymous);
  }
  return totals;
}

/** Compares the stored totals with a count of the rows, hidden ones and visible ones separately. */
function wrongTotals(all: Everything): string[] {
  const totals = totalsOf(all);
  const stored = new Map(all.tallies.map(({ $id, visible, hidden }) => [$id, { visible, hidden }]));
  const none = { visible: 0, hidden: 0 };
  return [...new Set([...totals.keys(), ...stored.keys()])].flatMap((id) => {
    const rows = all.complaints.filter((row) => totals.get(id)?.(row));
    const hidden = rows.filter((row) => row.hidden).length;
    const found = stored.get(id) ?? none;
    const right = found.visible === rows.length - hidden && found.hidden === hidden;
    return right ? [] : [`${id}: ${JSON.stringify(found)} for ${rows.length - hidden} and ${hidden} hidden`];
  });
}

/** The timeline has exactly one entry for every version of an existing complaint, and none of other complaints. */
function wrongTimelines({ complaints, entries }: Everything): string[] {
  const expected = complaints.flatMap(({ $id, version }) =>
    Array.from({ length: version }, (_, n) => `${$id}/${n + 1}`),
  );
  const actual = entries.map(({ complaintId, number }) => `${complaintId}/${number}`);
  const missing = expected.filter((entry) => !actual.includes(entry)).map((entry) => `${entry} missing`);
  const extra = actual.filter((entry, n) => !expected.includes(entry) || actual.indexOf(entry) !== n);
  return [...missing, ...extra.map((entry) => `${entry} too many`)];
}

/** Every complaint has a unique reference with a right check digit. */
function wrongReferences({ complaints }: Everything): string[] {
  const references = complaints.map(({ reference }) => reference ?? '');
  return references.filter((one, n) => !readReference(one)?.isRight || references.indexOf(one) !== n);
}

async function isGone({ url }: { url: string }): Promise<boolean> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.status !== 200;
}

/** Checks rows, files and totals as they are in Appwrite, and fetches every picture by its token. */
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
  const existing = new Set(all.complaints.map((complaint) => complaint.$id));
  const referenced = new Set(references.map(({ id }) => id));
  const files = all.files.map((file) => file.$id);
  return {
    complaints: [...existing],
    orphans: files.filter((id) => !existing.has(ownerOfFile(id) ?? '')),
    dangling: references.filter((_, index) => gone[index]).map(({ id }) => id),
    unreferenced: files.filter((id) => existing.has(ownerOfFile(id) ?? '') && !referenced.has(id)),
    timelines: wrongTimelines(all),
    totals: wrongTotals(all),
    references: wrongReferences(all),
  };
}

/** Throws with all findings when there are any. `totals: false` leaves the totals out. */
export async function checkInvariants(service: Service, { totals = true } = {}): Promise<Findings> {
  const found = await inspect(service);
  const { complaints: _, ...wrong } = totals ? found : { ...found, totals: [] };
  if (Object.values(wrong).some((list) => list.length > 0)) throw new Error(JSON.stringify(wrong));
  return found;
}
