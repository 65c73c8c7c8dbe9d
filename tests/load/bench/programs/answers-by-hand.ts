/** What a list and a complaint with its timeline are made of, as one writes it without checks, helpers or library. */

type Row = Record<string, unknown>;
type Rows = { rows: Row[]; total: number };

const iso = (time: unknown) => (time === null ? null : `${String(time).slice(0, 23)}Z`);

function item(row: Row) {
  return {
    id: row.$id,
    title: row.title,
    description: row.description,
    category: row.category,
    location: row.location,
    latitude: row.latitude,
    longitude: row.longitude,
    anonymous: row.anonymous,
    username: row.anonymous ? null : row.reporterName,
    status: row.status,
    progress: row.progress,
    assignedTo: null,
    overdueAt: iso(row.overdueAt),
    hidden: row.hidden,
    images: JSON.parse(String(row.images)),
    version: row.version,
    createdAt: iso(row.filedAt),
    updatedAt: iso(row.changedAt),
  };
}

function entry(row: Row) {
  return {
    at: iso(row.$createdAt),
    by: null,
    role: row.role,
    kind: row.kind,
    status: row.status,
    progress: row.progress,
    note: row.note,
    internal: row.internal,
    internalNote: null,
    changed: row.changed === null ? [] : String(row.changed).split(','),
  };
}

function list([found]: Rows[]) {
  const { rows = [], total = 0 } = found ?? {};
  const last = rows[19];
  return {
    items: rows.slice(0, 20).map(item),
    page: 1,
    pageSize: 20,
    total,
    totalIsExact: true,
    totalPages: Math.ceil(total / 20),
    next: last ? Buffer.from(String(last.$id)).toString('base64url') : null,
  };
}

function detail([complaints, timeline]: Rows[]) {
  const entries = timeline?.rows.filter((row) => !row.internal).map(entry);
  return { ...item(complaints?.rows[0] ?? {}), timeline: entries, timelineNext: null };
}

/** From what Appwrite said, in the order of the calls, to the answer. What is not here is answered as it was recorded. */
export const ANSWERS: Record<string, (said: Rows[]) => unknown> = { list, detail };
export type { Rows };
