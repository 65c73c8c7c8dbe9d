import { createHash } from 'node:crypto';
import { Query } from 'node-appwrite';
import { shortHash } from '#shared/domain/ids.ts';
import { wordsOfComplaint } from '#shared/domain/words.ts';
import { orNoRow, readInChunks } from './id-chunks.ts';
import type { Store } from './store.ts';
import { createMany, type Operation, removeMany } from './transaction.ts';

/** The length of a complaint's id, which the ids of its words begin with. */
const OWNER_LENGTH = 20;
/** How many rows Appwrite takes in one staged bulk creation. */
const ROWS_PER_CREATION = 100;
/** Appended to an id, sorts after every id that begins with it. */
const BEYOND = 'zzzz';

/** A word's UTF-8 in hex, which no collation folds or reorders. */
const stored = (word: string) => Buffer.from(word).toString('hex');

/**
 * The id of a row of `words`: the complaint's id, so that words sort as complaints do, and 16 hex digits of the word's
 * hash.
 */
function wordRowId(complaintId: string, word: string): string {
  return complaintId + createHash('sha256').update(word).digest('hex').slice(0, 16);
}

export function wordRow(complaintId: string, word: string): { $id: string; word: string } {
  return { $id: wordRowId(complaintId, word), word: stored(word) };
}

const ofComplaint = (id: string) => [Query.greaterThan('$id', id), Query.lessThan('$id', id + BEYOND)];

/** The texts of a complaint that search covers. */
type Text = { title: string; description: string; reference: string | null };

/**
 * The column `textMark`: 16 hex digits of the hash of the text whose words are stored. Written in the commit that
 * writes the words, so that an edit of the text in the console can be noticed.
 */
export function textMarkOf({ title, description, reference }: Text): string {
  return shortHash([title, description, reference]);
}

/** Writes the words of a complaint that is filed in the same commit. */
export function createWords(id: string, text: Text): Operation[] {
  const rows = wordsOfComplaint(text).map((word) => wordRow(id, word));
  const count = Math.ceil(rows.length / ROWS_PER_CREATION);
  return Array.from({ length: count }, (_, n) =>
    createMany('words', rows.slice(n * ROWS_PER_CREATION, (n + 1) * ROWS_PER_CREATION)),
  );
}

/** Removes a complaint's words in the commit that deletes it. */
export function removeWords(id: string): Operation {
  return removeMany('words', ofComplaint(id));
}

/** Replaces all words of a complaint by those of its changed text. */
export function replaceWords(id: string, text: Text): Operation[] {
  return [removeWords(id), ...createWords(id, text)];
}

/** Removes the words of a complaint that was deleted in the console. */
export async function sweepWords(store: Store, complaintId: string): Promise<void> {
  const [from, to] = ofComplaint(complaintId);
  await store.words.removeWhere([from ?? '', ...(to === undefined ? [] : [to])]);
}

/**
 * A page of word ids after the id `after`. `owners` maps the complaints of these words to the creation time of their
 * first word on the page. `next` is the `after` of the next page, empty at the end.
 */
export async function listWordOwners(store: Store, after: string, limit: number) {
  const seek = after === '' ? [] : [Query.greaterThan('$id', after)];
  const { rows } = await store.words.list([...seek, Query.orderAsc('$id'), Query.limit(limit)]);
  const owners = new Map<string, string>();
  for (const { $id, $createdAt } of rows) {
    const owner = $id.slice(0, OWNER_LENGTH);
    if (!owners.has(owner)) owners.set(owner, $createdAt);
  }
  return { owners, next: rows.length < limit ? '' : (rows.at(-1)?.$id ?? '') };
}

export type WordSpan = { after: string | undefined; from?: string | undefined; to?: string | undefined };
export type WordSlice = WordSpan & { descending: boolean; limit: number };

/** The query for complaints with a word, after the complaint `after`, filed from the time key `from` to before `to`. */
export function wordQueries(word: string, { after, from, to, descending, limit }: WordSlice): string[] {
  const beyond = descending ? Query.lessThan('$id', after ?? '') : Query.greaterThan('$id', `${after}${BEYOND}`);
  return [
    Query.equal('word', stored(word)),
    ...(from === undefined ? [] : [Query.greaterThanEqual('$id', from)]),
    ...(to === undefined ? [] : [Query.lessThan('$id', to)]),
    ...(after === undefined ? [] : [beyond]),
    descending ? Query.orderDesc('$id') : Query.orderAsc('$id'),
    Query.limit(limit),
  ];
}

/** The ids of complaints that hold a word, in the order of their ids. */
export async function complaintsWithWord(store: Store, word: string, slice: WordSlice): Promise<string[]> {
  const { rows } = await store.words.list(wordQueries(word, slice));
  return rows.map((row) => row.$id.slice(0, OWNER_LENGTH));
}

/** The number of `words` that each of these complaints holds, without complaints that hold none. */
export async function countWords(store: Store, ids: readonly string[], words: readonly string[]) {
  const wanted = orNoRow(ids).flatMap((id) => words.map((word) => wordRowId(id, word)));
  const found = await readInChunks('$id', wanted, async (query, most) => {
    const { rows } = await store.words.list([query, Query.orderAsc('$id'), Query.limit(most)]);
    return rows.map((row) => row.$id.slice(0, OWNER_LENGTH));
  });
  const counts = new Map<string, number>();
  for (const id of found) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** The complaints among `ids` that hold all of the words, in the order given. */
export async function withAllWords(store: Store, ids: readonly string[], words: readonly string[]): Promise<string[]> {
  const counts = await countWords(store, ids, words);
  return ids.filter((id) => (counts.get(id) ?? 0) === words.length);
}
