import { Query } from 'node-appwrite';
import type { Role } from '#shared/domain/account.ts';
import { derivedId } from '#shared/domain/ids.ts';
import type { Stored } from './row.ts';
import type { Name, User } from './rows.ts';
import type { Store } from './store.ts';

export type Account = Stored<User>;
export type TakenName = Stored<Name>;

/** The row that keeps a name taken for ever; once its account is erased it holds no name, only its hash as the id. */
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

/** Takes the names off everything the person wrote or was given, now or by a category. The same again is harmless. */
export async function scrubNames(store: Store, person: { id: string; usernames: readonly string[] }): Promise<void> {
  const names = [...person.usernames];
  const duties = [
    () => store.complaints.updateWhere([Query.equal('assignedTo', names)], { assignedTo: null }),
    () => store.categories.updateWhere([Query.equal('assignee', names)], { assignee: null }),
  ];
  await Promise.all([
    store.complaints.updateWhere([Query.equal('reporterId', person.id)], { reporterName: null }),
    store.timeline.updateWhere([Query.equal('byId', person.id)], { byName: null }),
    ...(names.length === 0 ? [] : duties.map((free) => free())),
  ]);
}

/** The names that were ever taken for an account: one, but for those whom an admin renamed in the console. */
export async function namesOf(store: Store, userId: string): Promise<TakenName[]> {
  const { rows } = await store.names.list([Query.equal('userId', userId), Query.limit(100)]);
  return rows;
}

/** Names of accounts whose erasure has begun and is to be finished, the oldest first. */
export async function listErasing(store: Store, range: { before: Date; limit: number }): Promise<TakenName[]> {
  const { rows } = await store.names.list([
    Query.equal('state', 'erasing'),
    Query.lessThan('$updatedAt', range.before.toISOString()),
    Query.orderAsc('$updatedAt'),
    Query.limit(range.limit),
  ]);
  return rows;
}

/** A page of the names in use, in the order they were taken; `after` is the `$sequence` of the last one seen. */
export async function listActiveNames(store: Store, after: string, limit: number): Promise<TakenName[]> {
  const { rows } = await store.names.list([
    Query.equal('state', 'active'),
    ...(after === '' ? [] : [Query.greaterThan('$sequence', after)]),
    Query.orderAsc('$sequence'),
    Query.limit(limit),
  ]);
  return rows;
}

/** Which of these accounts there are. At most 500 ids. */
export async function existingAccounts(store: Store, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await store.users.list([Query.equal('$id', [...ids]), Query.limit(ids.length)]);
  return new Set(rows.map((row) => row.$id));
}
