import type { StoredEntry } from '#shared/appwrite/complaints.ts';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import type { Complaint, Entry, StoredImage } from '#shared/appwrite/rows.ts';
import type { Config } from '#shared/config.ts';
import { mayOnComplaint, type Viewer } from '#shared/domain/policy.ts';
import { PREVIEW_WIDTH } from '#shared/media/preview.ts';
import type { Relations } from './relations.ts';

/** Fields that the public does not see: assignment, hiding, and that the reporter became anonymous. */
const INTERNAL_FIELDS: readonly string[] = ['assignedTo', 'hidden', 'anonymous'];

/** Kinds of entries that only staff and admins can make. */
const STAFF_KINDS: readonly Entry['kind'][] = ['status', 'progress', 'assignment'];

/**
 * `relations` (see relations.ts) may be absent if the viewer follows none of the complaints and none is a duplicate.
 */
export type Audience = {
  viewer: Viewer;
  config: Pick<Config, 'publicEndpoint' | 'projectId'>;
  relations?: Relations | undefined;
};

/** Fields that depend on the viewer. `following` is present only with a TOKEN. */
function presentRelations({ $id, duplicateOf, followers }: Shown, { viewer, relations }: Audience) {
  return {
    duplicateOf: duplicateOf !== null && relations?.visible.has(duplicateOf) ? duplicateOf : null,
    followers,
    ...(viewer === undefined ? {} : { following: relations?.following.has($id) ?? false }),
  };
}

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

/** Shortens Appwrite's time format, which is faster than a Date for each of a hundred rows. */
function iso(time: string | null): string | null {
  if (time === null) return null;
  return time.length === 29 && time.endsWith('+00:00') ? `${time.slice(0, 23)}Z` : new Date(time).toISOString();
}

/**
 * The pictures that are shown: those of a visible complaint only if their URLs are public. After a complaint is shown
 * in the console, its pictures are missing until maintenance marks their URLs as public.
 */
function shownImages({ hidden, images }: Pick<Complaint, 'hidden' | 'images'>): StoredImage[] {
  return hidden ? images : images.filter((image) => !image.private);
}

function presentRating({ ratingScore, ratingComment, ratedAt }: Shown, mayReadComment: boolean) {
  if (ratingScore === null) return null;
  return { score: ratingScore, comment: mayReadComment ? ratingComment : null, at: iso(ratedAt) };
}

type Shown = Omit<Complaint, 'counted'> & { $id: string };

/**
 * A complaint as this viewer may see it: the reporter's name unless masked; assignee and contact for staff and admins;
 * the rating's comment for them and the reporter.
 */
export function presentComplaint(row: Shown, audience: Audience) {
  const named = mayOnComplaint(audience.viewer, 'readReporter', row);
  const internal = mayOnComplaint(audience.viewer, 'readInternal', row);
  return {
    id: row.$id,
    reference: row.reference,
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
    assignedTo: internal ? row.assignedTo : null,
    acknowledgeBy: iso(row.acknowledgeBy),
    overdueAt: iso(row.overdueAt),
    outcome: row.outcome,
    ...presentRelations(row, audience),
    rating: presentRating(row, mayOnComplaint(audience.viewer, 'readRemarks', row)),
    contact: internal ? row.contact : null,
    hidden: row.hidden,
    images: shownImages(row).map((image) => presentImage(image, audience)),
    version: row.version,
    createdAt: iso(row.filedAt),
    updatedAt: iso(row.changedAt),
  };
}

/**
 * The role shown for an entry's author. The reporter of an anonymous complaint is shown as `user`, except for actions
 * that users may not take.
 */
function roleIn(entry: StoredEntry, kind: Entry['kind'], complaint: Complaint, viewer: Viewer): Entry['role'] {
  const masked = entry.byId === complaint.reporterId && !mayOnComplaint(viewer, 'readReporter', complaint);
  if (!masked) return entry.role;
  // Only a correction by staff stores the earlier text.
  if (kind === 'edit') return entry.beforeTitle === null ? 'user' : entry.role;
  // Reporters may close a complaint, but without an outcome.
  const closes = entry.status === 'closed' && !entry.changed.includes('outcome');
  return !STAFF_KINDS.includes(kind) || closes ? 'user' : entry.role;
}

/** The assignee and category before or after an entry, as far as it changed them; null if it changed neither. */
function presentMove(entry: StoredEntry, assignee: string | null, category: string | null) {
  const assigned = entry.changed.includes('assignedTo') ? { assignedTo: assignee } : {};
  const categorised = entry.changed.includes('category') ? { category } : {};
  const move: { assignedTo?: string | null; category?: string | null } = { ...assigned, ...categorised };
  return Object.keys(move).length === 0 ? null : move;
}

/** The text that staff replaced. */
function presentBefore({ changed, beforeTitle, beforeDescription }: StoredEntry) {
  const rewritten = changed.includes('title') || changed.includes('description');
  if (!rewritten || beforeTitle === null || beforeDescription === null) return null;
  return { title: beforeTitle, description: beforeDescription };
}

/** The pictures of an entry of kind `images` that still exist; null for other kinds. */
function presentAdded({ kind, images }: StoredEntry, complaint: Complaint, audience: Audience) {
  if (kind !== 'images') return null;
  const added = images?.split(',') ?? [];
  return shownImages(complaint)
    .filter(({ id }) => added.includes(id))
    .map((image) => presentImage(image, audience));
}

/** One timeline entry. The author is shown by role to the public and by name to staff, admins and the author. */
export function presentEntry(entry: StoredEntry, complaint: Complaint, audience: Audience) {
  const { viewer } = audience;
  const internal = mayOnComplaint(viewer, 'readInternal', complaint);
  const named = internal || (viewer !== undefined && viewer.id === entry.byId);
  // To the public, a note sent with hiding or showing is an entry of kind `note`.
  const kind = entry.kind === 'visibility' && !internal ? 'note' : entry.kind;
  return {
    at: iso(entry.$createdAt),
    by: named ? entry.byName : null,
    role: roleIn(entry, kind, complaint, viewer),
    kind,
    status: entry.status,
    progress: entry.progress,
    note: entry.note,
    internal: entry.internal,
    internalNote: internal ? entry.internalNote : null,
    images: presentAdded(entry, complaint, audience),
    changed: entry.changed.filter((field) => internal || !INTERNAL_FIELDS.includes(field)),
    from: internal ? presentMove(entry, entry.fromAssignee, entry.fromCategory) : null,
    to: internal ? presentMove(entry, entry.toAssignee, entry.toCategory) : null,
    reason: mayOnComplaint(viewer, 'readRemarks', complaint) ? entry.reason : null,
    before: mayOnComplaint(viewer, 'readBefore', complaint) ? presentBefore(entry) : null,
  };
}

export function etagOf(row: Pick<Complaint, 'version'>): Record<string, string> {
  return { etag: `"${row.version}"` };
}
