import { Query } from 'node-appwrite';
import { derivedId, shortHash } from '#shared/domain/ids.ts';
import { wordsOfName } from '#shared/domain/words.ts';
import type { Store } from './store.ts';
import { createMany, type Operation, removeMany } from './transaction.ts';

/** The names that an account is found by. */
export type Named = { username: string; name: string };

/** The column `textMark` of an account: a hash of its names, to notice when it was renamed in the console. */
export const nameMarkOf = ({ username, name }: Named): string => shortHash([username, name]);

/** Sorts after every hex digit and after the `x` that ends the word in a key. */
const BEYOND = 'z';

const hex = (word: string) => Buffer.from(word).toString('hex');

/** The unique sort key of a name word: its UTF-8 in hex, which no collation folds, an `x` and the account's id. */
export const nameKey = (word: string, accountId: string) => `${hex(word)}x${accountId}`;

/** The words of an account: its username as a whole, and those of the name. */
export function wordsOfAccount({ username, name }: Named): string[] {
  return [...new Set([username, ...wordsOfName(name)])];
}

const ofAccount = (id: string): [string] => [Query.equal('accountId', id)];

/** Writes the words of an account that is opened in the same commit. */
export function createNameWords(accountId: string, named: Named): Operation {
  const rows = wordsOfAccount(named).map((word) => ({
    $id: derivedId('w', accountId, word),
    key: nameKey(word, accountId),
    accountId,
  }));
  return createMany('nameWords', rows);
}

/** Replaces all words of an account by those of its changed name. */
export function replaceNameWords(accountId: string, named: Named): Operation[] {
  return [removeMany('nameWords', ofAccount(accountId)), createNameWords(accountId, named)];
}

export async function removeNameWords(store: Store, accountId: string): Promise<void> {
  await store.nameWords.removeWhere(ofAccount(accountId));
}

/** Words with this prefix, ordered by key; `after` is the last key seen. */
export async function listNameWords(
  store: Store,
  { beginning, after, limit }: { beginning: string; after: string | undefined; limit: number },
) {
  const { rows } = await store.nameWords.list([
    after === undefined ? Query.greaterThanEqual('key', hex(beginning)) : Query.greaterThan('key', after),
    Query.lessThan('key', hex(beginning) + BEYOND),
    Query.orderAsc('key'),
    Query.limit(limit),
  ]);
  return rows;
}
