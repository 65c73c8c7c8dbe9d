import { Query } from 'node-appwrite';
import type { Store } from './store.ts';

/** The ids of the next accounts after an id, to go round all of them in turn. */
export async function listAccountIds(store: Store, after: string, limit: number): Promise<string[]> {
  const seek = after === '' ? [] : [Query.greaterThan('$id', after)];
  const { rows } = await store.users.list([...seek, Query.orderAsc('$id'), Query.limit(limit)]);
  return rows.map((row) => row.$id);
}
