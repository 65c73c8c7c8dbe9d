import { createNameWords } from '#shared/appwrite/name-words.ts';
import { commit, create } from '#shared/appwrite/transaction.ts';
import { randomId } from '#shared/domain/ids.ts';
import type { Service } from './harness.ts';

/** Inserts 110 accounts as registration does, more than a page holds. Resolves to their usernames, sorted. */
export async function manyAccounts({ connection }: Service, prefix: string): Promise<string[]> {
  const at = new Date().toISOString();
  const names = Array.from({ length: 110 }, (_, n) => `${prefix}${String(n).padStart(3, '0')}`);
  for (let from = 0; from < names.length; from += 40) {
    const operations = names.slice(from, from + 40).flatMap((username) => {
      const id = randomId();
      const name = 'Pagey Pagerson';
      const account = { username, name, passwordHash: '-', role: 'user', epoch: '', registeredAt: at, changedAt: at };
      return [create('users', id, account), createNameWords(id, { username, name })];
    });
    const outcome = await commit(connection.gateway, { operations, wasCommitted: async () => false });
    if (outcome !== 'done') throw new Error('not written');
  }
  return names;
}
