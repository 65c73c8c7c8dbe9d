import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import type { ComplaintQuery } from '#shared/contract/complaint-requests.ts';
import { boxAround } from '#shared/domain/place.ts';
import { isDesk, type Viewer } from '#shared/domain/policy.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { decodeCursor } from '#shared/services/complaints/cursor.ts';
import type { Listing } from '#shared/services/complaints/list-complaints.ts';
import { wordsOf } from '#shared/services/complaints/search-words.ts';

function refuseStrangers(query: ComplaintQuery, viewer: Viewer): void {
  if (query.mine && !viewer)
    throw new Refusal('token_missing', 'mine=true asks for your own complaints: send your TOKEN.');
  if (isDesk(viewer)) return;
  const deskOnly = query.assignedTo !== undefined;
  if (deskOnly && !viewer) throw new Refusal('token_missing', 'assignedTo is for staff: send your TOKEN.');
  if (deskOnly) throw new Refusal('forbidden', 'assignedTo is for staff.');
}

function assigneeOf(query: ComplaintQuery, viewer: Viewer): string | null | undefined {
  if (query.assignedTo === 'none') return null;
  return query.assignedTo === 'me' ? viewer?.username : query.assignedTo;
}

function reporterOf(query: ComplaintQuery, viewer: Viewer): Filter['reporter'] {
  if (query.username === undefined) return undefined;
  const name = query.username.toLowerCase();
  return { name, unmasked: isDesk(viewer) || viewer?.username === name };
}

/** The query as a listing for this viewer; 401 or 403 for what is not theirs to ask. */
export function listingOf(query: ComplaintQuery, viewer: Viewer, now: Date): Listing {
  refuseStrangers(query, viewer);
  const sort = query.sort ?? '-createdAt';
  const near = query.near && query.radius ? { point: query.near, radius: query.radius } : undefined;
  return {
    filter: {
      sight: isDesk(viewer) ? { desk: true } : { desk: false, userId: viewer?.id },
      statuses: query.status,
      category: query.category,
      reporter: reporterOf(query, viewer),
      mine: query.mine ? viewer?.id : undefined,
      assignedTo: assigneeOf(query, viewer),
      overdueAt: query.overdue ? now : undefined,
      words: query.q === undefined ? undefined : wordsOf(query.q),
      from: query.from,
      to: query.to,
      box: near && boxAround(near.point, near.radius),
    },
    sort,
    page: query.page ?? 1,
    pageSize: query.pageSize ?? 20,
    after: query.after === undefined ? undefined : decodeCursor(query.after, sort),
    near,
  };
}
