import type { StoredEntry } from '#shared/appwrite/complaints.ts';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import type { Complaint, Entry, StoredImage } from '#shared/appwrite/rows.ts';
import type { Config } from '#shared/config.ts';
import { mayOnComplaint, type Viewer } from '#shared/domain/policy.ts';
import { PREVIEW_WIDTH } from '#shared/media/preview.ts';
import type { Relations } from './relations.ts';

/** Kinds and fields that the public does not see: assignment, hiding, and that the reporter was named before. */
const INTERNAL_FIELDS: readonly string[] = ['assignedTo', 'hidden', 'anonymous'];

/** Kinds of entries that only staff and admins can make. */
const STAFF_KINDS: readonly Entry['kind'][] = ['status', 'progress', 'assignment'];

/** `relations` (see relations.ts) are left out where nothing can be followed by the viewer or be a duplicate. */
export type Audience = {
  viewer: Viewer;
  config: Pick<Config, 'publicEndpoint' | 'projectId'>;
  relations?: Relations | undefined;
};

/** Fields that depend on the viewer: `following` only for those who sent a TOKEN. */
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

/** Appwrite's format only has to be shortened, which is faster than a Date for each of a hundred rows. */
function iso(time: string | null): string | null {
  if (time === null) return null;
  return time.length === 29 && time.endsWith('+00:00') ? `${time.slice(0, 23)}Z` : new Date(time).toISOString();
}

/**
 * A token that was made while the complaint was hidden is not shown once it is visible. So after it was shown in the
 * console its pictures are missing until maintenance has made new URLs, and no URL of a hidden complaint becomes public.
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
 * A complaint as this viewer may see it: the reporter's name unless it is masked; assignee and contact for staff and
 * admins only; the comment of its rating for them and the reporter.
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
 * The role shown for an entry's author. The reporter of an anonymous complaint is shown as a user, whatever their role:
 * only where they did what no user may do, they are shown as staff.
 */
function roleIn(entry: StoredEntry, kind: Entry['kind'], complaint: Complaint, viewer: Viewer): Entry['role'] {
  const masked = entry.byId === complaint.reporterId && !mayOnComplaint(viewer, 'readReporter', complaint);
  if (!masked) return entry.role;
  // A correction is what staff does after somebody has acted; it keeps the text that was there before.
  if (kind === 'edit') return entry.beforeTitle === null ? 'user' : entry.role;
  // Closing is the one step of the status that is a reporter's alone to take, without an outcome.
  const closes = entry.status === 'closed' && !entry.changed.includes('outcome');
  return !STAFF_KINDS.includes(kind) || closes ? 'user' : entry.role;
}

/** What an entry says of the assignee and the category before or after it; null when it moved neither. */
function presentMove(entry: StoredEntry, assignee: string | null, category: string | null) {
  const given = entry.changed.includes('assignedTo') ? { assignedTo: assignee } : {};
  const sorted = entry.changed.includes('category') ? { category } : {};
  const move: { assignedTo?: string | null; category?: string | null } = { ...given, ...sorted };
  return Object.keys(move).length === 0 ? null : move;
}

/** The text that staff replaced. */
function presentBefore({ changed, beforeTitle, beforeDescription }: StoredEntry) {
  const rewritten = changed.includes('title') || changed.includes('description');
  if (!rewritten || beforeTitle === null || beforeDescription === null) return null;
  return { title: beforeTitle, description: beforeDescription };
}

/** The pictures that an entry added, as far as they are still there; null for other entries. */
function presentAdded({ kind, images }: StoredEntry, complaint: Complaint, audience: Audience) {
  if (kind !== 'images') return null;
  const added = images?.split(',') ?? [];
  return shownImages(complaint)
    .filter(({ id }) => added.includes(id))
    .map((image) => presentImage(image, audience));
}

/** One entry of the timeline: who by role to the public, by name to staff, admins and oneself. */
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
