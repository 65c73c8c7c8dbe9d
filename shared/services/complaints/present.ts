import type { StoredEntry } from '#shared/appwrite/complaints.ts';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import type { Complaint, StoredImage } from '#shared/appwrite/rows.ts';
import type { Config } from '#shared/config.ts';
import { isDesk, mayOnComplaint, type Viewer } from '#shared/domain/policy.ts';
import { PREVIEW_WIDTH } from '#shared/media/preview.ts';

/** That a complaint was given to somebody, or was hidden once, is the desk's business. */
const DESK_FIELDS: readonly string[] = ['assignedTo', 'hidden'];

export type Audience = { viewer: Viewer; config: Pick<Config, 'publicEndpoint' | 'projectId'> };

function presentImage(image: StoredImage, { config }: Audience) {
  const file = `${config.publicEndpoint}/storage/buckets/${BUCKET_ID}/files/${image.id}`;
  const key = new URLSearchParams({ project: config.projectId, token: image.token });
  const url = `${file}/view?${key}`;
  return {
    id: image.id,
    url,
    previewUrl: image.preview === false ? url : `${file}/preview?width=${PREVIEW_WIDTH}&${key}`,
    width: image.width,
    height: image.height,
    type: image.type,
    bytes: image.bytes,
  };
}

/** Appwrite's own spelling only has to be shortened: a list has a hundred of them, and a Date each takes longer. */
function iso(time: string | null): string | null {
  if (time === null) return null;
  return time.length === 29 && time.endsWith('+00:00') ? `${time.slice(0, 23)}Z` : new Date(time).toISOString();
}

/** A complaint as this viewer may see it: the name unless it is masked, the assignee for the desk only. */
export function presentComplaint(row: Complaint & { $id: string }, audience: Audience) {
  const named = mayOnComplaint(audience.viewer, 'readReporter', row);
  return {
    id: row.$id,
    title: row.title,
    description: row.description,
    category: row.category,
    location: row.location,
    latitude: row.latitude,
    longitude: row.longitude,
    anonymous: row.anonymous,
    username: named ? row.reporterName : null,
    status: row.status,
    progress: row.progress,
    assignedTo: isDesk(audience.viewer) ? row.assignedTo : null,
    overdueAt: iso(row.overdueAt),
    hidden: row.hidden,
    images: row.images.map((image) => presentImage(image, audience)),
    version: row.version,
    createdAt: iso(row.filedAt),
    updatedAt: iso(row.changedAt),
  };
}

/** One entry of the timeline: who by role to the public, by name to the desk and to oneself. */
export function presentEntry(entry: StoredEntry, { viewer }: Audience) {
  const desk = isDesk(viewer);
  const named = desk || (viewer !== undefined && viewer.id === entry.byId);
  return {
    at: iso(entry.$createdAt),
    by: named ? entry.byName : null,
    role: entry.role,
    kind: entry.kind,
    status: entry.status,
    progress: entry.progress,
    note: entry.note,
    internal: entry.internal,
    internalNote: desk ? entry.internalNote : null,
    changed: entry.changed.filter((field) => desk || !DESK_FIELDS.includes(field)),
  };
}

export function etagOf(row: Pick<Complaint, 'version'>): Record<string, string> {
  return { etag: `"${row.version}"` };
}
