import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import type { ComplaintQuery } from '#shared/contract/complaint-requests.ts';
import { canonicalUsername } from '#shared/domain/account.ts';
import { NO_CATEGORY } from '#shared/domain/categories.ts';
import { findsAnonymousOf, isDesk, readScopeOf, type Viewer } from '#shared/domain/policy.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { wordsOfQuestion } from '#shared/domain/words.ts';
import type { Search } from '#shared/services/complaints/find-complaints.ts';

const DESK_FILTERS = ['assignedTo', 'hidden'] as const;

function refuseUnauthorized(query: ComplaintQuery, viewer: Viewer): void {
  if (query.mine && !viewer)
    throw new Refusal('token_missing', 'mine=true asks for your own complaints: send your TOKEN.');
  if (query.following && !viewer)
    throw new Refusal('token_missing', 'following=true asks for what you follow: send your TOKEN.');
  if (isDesk(viewer)) return;
  const asked = DESK_FILTERS.find((name) => query[name] !== undefined);
  if (asked && !viewer) throw new Refusal('token_missing', `${asked} is for staff: send your TOKEN.`);
  if (asked) throw new Refusal('forbidden', `${asked} is for staff.`);
}

function assigneeOf(query: ComplaintQuery, viewer: Viewer): string | null | undefined {
  if (query.assignedTo === 'none') return null;
  return query.assignedTo === 'me' ? viewer?.username : query.assignedTo;
}

/**
 * The reporter filter; null if the text cannot be a username. For a user, their own username means the same as
 * `mine=true`.
 */
function reporterOf(query: ComplaintQuery, viewer: Viewer): Pick<Filter, 'reporter' | 'mine'> | null {
  const own = query.mine ? { mine: viewer?.id } : {};
  if (query.username === undefined) return own;
  const name = canonicalUsername(query.username);
  if (name === undefined) return null;
  if (viewer && !isDesk(viewer) && viewer.username === name) return { mine: viewer.id };
  return { ...own, reporter: { name, unmasked: findsAnonymousOf(viewer, name) } };
}

/**
 * The conditions of a list for this viewer; undefined if nothing can match. 401 or 403 for filters that the viewer may
 * not use.
 */
function filterOf(query: ComplaintQuery, viewer: Viewer, now: Date): Filter | undefined {
  refuseUnauthorized(query, viewer);
  const reporter = reporterOf(query, viewer);
  if (reporter === null) return undefined;
  return {
    scope: readScopeOf(viewer),
    statuses: query.status,
    category: query.category === NO_CATEGORY ? null : query.category,
    ...reporter,
    assignedTo: assigneeOf(query, viewer),
    overdue: query.overdue === undefined ? undefined : { at: now, is: query.overdue },
    hidden: query.hidden,
    box: query.bbox,
    from: query.from,
    to: query.to,
  };
}

/** The folded words of `q`; 422 if it contains none. */
export function wordsOf({ q }: Pick<ComplaintQuery, 'q'>): string[] {
  if (q === undefined || q.trim() === '') return [];
  const words = wordsOfQuestion(q);
  if (words.length > 0) return words;
  throw invalidField('q', 'too_short', 'must hold a word: letters or digits', q);
}

/** The search of a query for this viewer. `overdue` lists in the order of deadlines. */
export function searchOf(query: ComplaintQuery, viewer: Viewer, now: Date): Search {
  const { near, radius, page = 1, pageSize = 20, sort = '-createdAt', after } = query;
  return {
    filter: filterOf(query, viewer, now),
    sort: query.overdue ? 'overdueAt' : sort,
    page,
    pageSize,
    after,
    words: wordsOf(query),
    followedBy: query.following ? viewer?.id : undefined,
    near: near && radius !== undefined ? { point: near, radius } : undefined,
  };
}
