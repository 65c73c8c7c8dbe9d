import { Query } from 'node-appwrite';
import type { Gateway } from './gateway.ts';
import { filesByQuery, type StoredFile } from './media.ts';
import { type RowOf, row, type Stored, text } from './row.ts';
import { PicturedRow } from './rows.ts';
import { Table } from './table.ts';

/** Ids of 36 characters that fit into one query of 4096. */
const IDS_PER_QUERY = 100;
/** Rows between two known ones that were not asked for, before they are asked for one by one. */
const SLACK = 50;

export type Pictured = Stored<RowOf<typeof PicturedRow>>;
export type Owned = Stored<RowOf<typeof OwnedRow>>;

const IdRow = row({});
const OwnedRow = row({ complaintId: text });

// The sweep reads single columns: a row that cannot be read in full must not stop it.
const idsOf = (gateway: Gateway) => new Table(gateway, 'complaints', IdRow);
const pictures = (gateway: Gateway) => new Table(gateway, 'complaints', PicturedRow);
const owners = (gateway: Gateway) => new Table(gateway, 'timeline', OwnedRow);

function chunks(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / IDS_PER_QUERY);
  return Array.from({ length: count }, (_, n) => ids.slice(n * IDS_PER_QUERY, (n + 1) * IDS_PER_QUERY));
}

const seek = (column: string, after: string) => (after === '' ? [] : [Query.greaterThan(column, after)]);

type Find = (queries: string[]) => Promise<Iterable<string>>;

/** Which of the ids there are: one look at everything between the first and the last, then at each that was not seen. */
async function presentAmong(ids: readonly string[], find: Find): Promise<Set<string>> {
  const sorted = [...new Set(ids)].sort();
  const seen = new Set<string>();
  if (sorted.length > IDS_PER_QUERY) {
    const range = [Query.greaterThanEqual('$id', sorted[0] ?? ''), Query.lessThanEqual('$id', sorted.at(-1) ?? '')];
    for (const id of await find([...range, Query.orderAsc('$id'), Query.limit(sorted.length + SLACK)])) seen.add(id);
  }
  const unseen = chunks(sorted.filter((id) => !seen.has(id)));
  const found = await Promise.all(unseen.map((some) => find([Query.equal('$id', some), Query.limit(some.length)])));
  for (const id of found.flatMap((some) => [...some])) seen.add(id);
  return new Set(sorted.filter((id) => seen.has(id)));
}

/** Which of these complaints there are, decided by queries and never by a cache. */
export function livingComplaints(gateway: Gateway, ids: readonly string[]): Promise<Set<string>> {
  return presentAmong(ids, async (queries) => {
    const { rows } = await idsOf(gateway).list(queries);
    return rows.map((row) => row.$id);
  });
}

/** Which of these files are stored in full. */
export function completeFiles(gateway: Gateway, ids: readonly string[]): Promise<Set<string>> {
  return presentAmong(ids, async (queries) => {
    const files: StoredFile[] = await filesByQuery(gateway, queries);
    return files.filter((file) => file.complete).map((file) => file.id);
  });
}

/** The next complaints that have pictures, by id. */
export async function listPictured(gateway: Gateway, after: string, limit: number): Promise<Pictured[]> {
  const { rows } = await pictures(gateway).list([
    ...seek('$id', after),
    Query.notEqual('images', '[]'),
    Query.orderAsc('$id'),
    Query.limit(limit),
  ]);
  return rows;
}

/** The next timeline entries, by the complaint they tell of. */
export async function listOwned(gateway: Gateway, after: string, limit: number): Promise<Owned[]> {
  const { rows } = await owners(gateway).list([
    ...seek('complaintId', after),
    Query.orderAsc('complaintId'),
    Query.limit(limit),
  ]);
  return rows;
}

/** Whether anything tells that this complaint was ever filed: its first entry is committed together with its row. */
export async function wasFiled(gateway: Gateway, complaintId: string): Promise<boolean> {
  const { rows } = await owners(gateway).list([Query.equal('complaintId', complaintId), Query.limit(1)]);
  return rows.length > 0;
}
