import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import type { ComplaintQuery } from '#shared/contract/complaint-requests.ts';
import { canonicalUsername } from '#shared/domain/account.ts';
import { boxAround } from '#shared/domain/place.ts';
import { findsAnonymousOf, isDesk, sightOf, type Viewer } from '#shared/domain/policy.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
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

/** null for a name that nobody can have: the database, which overlooks case and accents, is not asked for it. */
function reporterOf(query: ComplaintQuery, viewer: Viewer): Filter['reporter'] | null {
  if (query.username === undefined) return undefined;
  const name = canonicalUsername(query.username);
  if (name === undefined) return null;
  return { name, unmasked: findsAnonymousOf(viewer, name) };
}

function searchedWords(question: string | undefined): string[] | undefined {
  if (question === undefined || question.trim() === '') return undefined;
  const words = wordsOf(question);
  if (words.length > 0) return words;
  throw invalidField(
    'q',
    'too_short',
    'must hold a word of at least 3 letters or digits that is not a very common one',
  );
}

function filterOf(query: ComplaintQuery, viewer: Viewer, now: Date): Filter | undefined {
  const reporter = reporterOf(query, viewer);
  const words = searchedWords(query.q);
  if (reporter === null) return undefined;
  return {
    sight: sightOf(viewer),
    statuses: query.status,
    category: query.category,
    reporter,
    mine: query.mine ? viewer?.id : undefined,
    assignedTo: assigneeOf(query, viewer),
    overdue: query.overdue === undefined ? undefined : { at: now, is: query.overdue },
    words,
    from: query.from,
    to: query.to,
    box: query.near && query.radius ? boxAround(query.near, query.radius) : undefined,
  };
}

/** The query as a listing for this viewer; 401 or 403 for what is not theirs to ask. */
export function listingOf(query: ComplaintQuery, viewer: Viewer, now: Date): Listing {
  refuseStrangers(query, viewer);
  const sort = query.sort ?? '-createdAt';
  const near = query.near && query.radius ? { point: query.near, radius: query.radius } : undefined;
  return {
    filter: filterOf(query, viewer, now),
    sort,
    page: query.page ?? 1,
    pageSize: query.pageSize ?? 20,
    after: query.after === undefined ? undefined : decodeCursor(query.after, sort),
    near,
  };
}
