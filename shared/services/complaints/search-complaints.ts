import type { Filter } from '#shared/appwrite/complaint-queries.ts';
import { readComplaints, type StoredComplaint } from '#shared/appwrite/complaints.ts';
import { listFollowed } from '#shared/appwrite/follows.ts';
import { complaintsWithWord, type WordSlice, withAllWords } from '#shared/appwrite/words.ts';
import type { Deps } from '#shared/compose.ts';
import { timeKey } from '#shared/domain/ids.ts';
import { type Found, MAX_ROWS_READ } from './list-complaints.ts';

export type Question = {
  filter: Filter;
  /** Folded, distinct words that must all match. */
  words: readonly string[];
  /** An account id: only the complaints that it follows. Required without words. */
  followedBy?: string | undefined;
  /** Newest first. */
  descending: boolean;
  pageSize: number;
  /** The id after which the page begins. */
  after: string | undefined;
};

/** The rows that one call reads for each of several words. */
const BATCH = 100;
/** The most rows that one call reads for a single word. */
const LARGEST = 500;
/**
 * Spare rows of the first round beyond a page. Some rows may be of hidden complaints; without the spare rows, one of
 * them would cost a second round, and the time would reveal that it contains the word.
 */
const SPARE = 29;
/** The first round reads a multiple of this, so that all small pages cost the same. */
const FIRST_STEP = 50;

/** The ids of complaints with all words, and the id up to which the words were read; undefined at their end. */
type Candidates = { ids: string[]; readTo: string | undefined; read: number };

function sliceOf({ filter, descending, after }: Question, limit: number): WordSlice {
  const from = filter.from && timeKey(filter.from);
  const to = filter.to && timeKey(filter.to);
  return { after, from, to, descending, limit };
}

/** The next complaints with one word. */
async function withOneWord(deps: Deps, question: Question, word: string, limit: number): Promise<Candidates> {
  const ids = await complaintsWithWord(deps.store, word, sliceOf(question, limit));
  return { ids, readTo: ids.length < limit ? undefined : ids.at(-1), read: ids.length };
}

/** The next complaints that the person follows and that contain all words. */
async function withFollower(deps: Deps, question: Question, personId: string, limit: number): Promise<Candidates> {
  const followed = await listFollowed(deps.store, personId, sliceOf(question, limit));
  const ids = question.words.length === 0 ? followed : await withAllWords(deps.store, followed, question.words);
  return { ids, readTo: followed.length < limit ? undefined : followed.at(-1), read: followed.length };
}

function candidates(deps: Deps, question: Question, limit: number): Promise<Candidates> {
  const { words, followedBy } = question;
  if (followedBy !== undefined) return withFollower(deps, question, followedBy, limit);
  const [only = ''] = words;
  return words.length > 1 ? withSeveralWords(deps, question) : withOneWord(deps, question, only, limit);
}

/**
 * Reads the next rows of every word. The rarest word reaches furthest; its complaints are checked for the other words.
 */
async function withSeveralWords(deps: Deps, question: Question): Promise<Candidates> {
  const { words, descending } = question;
  const each = await Promise.all(words.map((word) => withOneWord(deps, question, word, BATCH)));
  const ended = each.filter(({ readTo }) => readTo === undefined);
  const further = (a: Candidates, b: Candidates) => {
    const isFurther = descending ? (a.readTo ?? '') < (b.readTo ?? '') : (a.readTo ?? '') > (b.readTo ?? '');
    return isFurther ? a : b;
  };
  const shortest = (a: Candidates, b: Candidates) => (a.ids.length <= b.ids.length ? a : b);
  const rarest = ended.length > 0 ? ended.reduce(shortest) : each.reduce(further);
  const others = words.filter((_, index) => each[index] !== rarest);
  const ids = await withAllWords(deps.store, rarest.ids, others);
  const read = each.reduce((sum, one) => sum + one.ids.length, 0);
  return { ids, readTo: rarest.readTo, read };
}

/**
 * A page of the complaints with all words, or that a person follows, by filing. Ends after the round that exceeds
 * MAX_ROWS_READ rows; the page may then be short, and `next` continues. Counts nothing.
 */
export async function searchComplaints(deps: Deps, question: Question): Promise<Found> {
  const { filter, pageSize, descending } = question;
  const rows: StoredComplaint[] = [];
  let { after } = question;
  let read = 0;
  let limit = Math.ceil((pageSize + 1 + SPARE) / FIRST_STEP) * FIRST_STEP;
  for (;;) {
    const found = await candidates(deps, { ...question, after }, limit);
    const complaints = await readComplaints(deps.store, found.ids, filter, { descending, most: pageSize + 1 });
    const byId = new Map(complaints.map((row) => [row.$id, row]));
    rows.push(...found.ids.flatMap((id) => byId.get(id) ?? []));
    read += found.read + found.ids.length;
    after = found.readTo;
    const last = rows[pageSize - 1];
    if (rows.length > pageSize && last) return { rows: rows.slice(0, pageSize), next: { key: last.$id }, total: null };
    if (after === undefined) return { rows, next: undefined, total: null };
    if (read >= MAX_ROWS_READ) return { rows, next: { key: after }, total: null };
    limit = Math.min(4 * limit, LARGEST);
  }
}
