import { Query } from 'node-appwrite';
import type { Role } from '#shared/domain/account.ts';
import { derivedId } from '#shared/domain/ids.ts';
import type { User } from './rows.ts';
import type { Store } from './store.ts';
import type { Stored } from './table.ts';

export type Account = Stored<User>;

/** The row that keeps a name taken for ever; it holds no name, only its hash as the id. */
export function nameRowId(username: string): string {
  return derivedId('n', 'name', username);
}

/** By canonical username. Equality in the database ignores case and accents, so the spelling is compared again. */
export async function findByUsername(store: Store, username: string): Promise<Account | undefined> {
  const { rows } = await store.users.list([Query.equal('username', username), Query.limit(1)]);
  return rows.find((row) => row.username === username);
}

/** Everybody with one of these roles by name, at most `limit`. */
export async function listByRole(store: Store, roles: Role[], limit: number): Promise<Account[]> {
  const { rows } = await store.users.list([Query.equal('role', roles), Query.orderAsc('username'), Query.limit(limit)]);
  return rows;
}

/** Takes the name off everything the person wrote or was given. The same again is harmless. */
export async function scrubName(store: Store, person: { id: string; username?: string }): Promise<void> {
  await Promise.all([
    store.complaints.updateWhere([Query.equal('reporterId', person.id)], { reporterName: null }),
    store.timeline.updateWhere([Query.equal('byId', person.id)], { byName: null }),
    person.username === undefined
      ? undefined
      : store.complaints.updateWhere([Query.equal('assignedTo', person.username)], { assignedTo: null }),
  ]);
}

/** Accounts whose erasure has begun and is to be finished, by their reserved names. */
export async function listErasing(store: Store, limit: number) {
  const { rows } = await store.names.list([Query.equal('state', 'erasing'), Query.limit(limit)]);
  return rows;
}
