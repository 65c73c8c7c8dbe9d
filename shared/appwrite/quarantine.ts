import { Query } from 'node-appwrite';
import { derivedId } from '#shared/domain/ids.ts';
import { valueChunks } from './id-chunks.ts';
import type { RowOf, Stored } from './row.ts';
import type { QuarantineRow } from './rows.ts';
import type { Store } from './store.ts';

export type Quarantined = Stored<RowOf<typeof QuarantineRow>>;
export type QuarantineKind = Quarantined['kind'];

/** Maximum number of rows in one bulk create (recorded: bulk-040, bulk-041). */
const BULK_ROWS = 100;

const rowId = (kind: QuarantineKind, subject: string) => derivedId('q', kind, subject);

/** Records that these were found at `now`. Returns the rows of those that were recorded before. */
export async function recordFound(
  store: Store,
  kind: QuarantineKind,
  { subjects, now }: { subjects: readonly string[]; now: Date },
): Promise<Quarantined[]> {
  const seenAt = now.toISOString();
  const known = await store.quarantine.findMany(subjects.map((subject) => rowId(kind, subject)));
  const knownSubjects = new Set(known.map((row) => row.subject));
  const fresh = subjects
    .filter((subject) => !knownSubjects.has(subject))
    .map((subject) => ({ $id: rowId(kind, subject), kind, subject, firstSeenAt: seenAt, seenAt }));
  for (let at = 0; at < fresh.length; at += BULK_ROWS) {
    // The call creates all or none. When another run has recorded one of them meanwhile, the next pass records the
    // rest.
    await store.quarantine.insertMany(fresh.slice(at, at + BULK_ROWS));
  }
  for (const ids of valueChunks(
    '$id',
    known.map((row) => row.$id),
  )) {
    await store.quarantine.updateWhere([Query.equal('$id', ids)], { seenAt });
  }
  return known;
}

/** Removes the records of a kind that were not found again since `before`, up to `limit`; returns how many. */
export function removeUnseen(
  store: Store,
  kind: QuarantineKind,
  { before, limit }: { before: Date; limit: number },
): Promise<number> {
  return store.quarantine.removeWhere([
    Query.equal('kind', kind),
    Query.lessThan('seenAt', before.toISOString()),
    Query.limit(limit),
  ]);
}

/** The records of a kind that were first found at or before `until`, oldest first. */
export async function listQuarantined(
  store: Store,
  kind: QuarantineKind,
  { until, limit }: { until: Date; limit: number },
): Promise<Quarantined[]> {
  const { rows } = await store.quarantine.list([
    Query.equal('kind', kind),
    Query.lessThanEqual('firstSeenAt', until.toISOString()),
    Query.orderAsc('firstSeenAt'),
    Query.limit(limit),
  ]);
  return rows;
}

export async function release(store: Store, rows: readonly Quarantined[]): Promise<void> {
  for (const ids of valueChunks(
    '$id',
    rows.map((row) => row.$id),
  )) {
    await store.quarantine.removeWhere([Query.equal('$id', ids)]);
  }
}
