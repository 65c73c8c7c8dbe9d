import { Query } from 'node-appwrite';
import type { Role } from '#shared/domain/account.ts';
import { derivedId } from '#shared/domain/ids.ts';
import { readInChunks } from './id-chunks.ts';
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

/**
 * Takes the names off everything the person wrote, and off the categories they were responsible for. Their cases are
 * unassigned by a task of maintenance. The same again is harmless.
 */
export async function scrubNames(store: Store, person: { id: string; usernames: readonly string[] }): Promise<void> {
  const names = [...person.usernames];
  const freeCategories = () => store.categories.updateWhere([Query.equal('assignee', names)], { assignee: null });
  await Promise.all([
    store.complaints.updateWhere([Query.equal('reporterId', person.id)], { reporterName: null }),
    store.timeline.updateWhere([Query.equal('byId', person.id)], { byName: null }),
    ...(names.length === 0 ? [] : [freeCategories()]),
  ]);
}

/** The names that were ever taken for an account: one, but for those whom an admin renamed in the console. */
export async function namesOf(store: Store, userId: string): Promise<TakenName[]> {
  const { rows } = await store.names.list([Query.equal('userId', userId), Query.limit(100)]);
  return rows;
}

/** Names of accounts whose erasure has begun and is to be finished, the oldest first. */
export async function listErasing(store: Store, limit: number): Promise<TakenName[]> {
  const { rows } = await store.names.list([
    Query.equal('state', 'erasing'),
    Query.orderAsc('$updatedAt'),
    Query.limit(limit),
  ]);
  return rows;
}

/** A page of the names in use, by row id; an empty `after` begins. */
export async function listActiveNames(store: Store, after: string, limit: number): Promise<TakenName[]> {
  const { rows } = await store.names.list([
    Query.equal('state', 'active'),
    ...(after === '' ? [] : [Query.greaterThan('$id', after)]),
    Query.orderAsc('$id'),
    Query.limit(limit),
  ]);
  return rows;
}

/** Which of these accounts there are. */
export async function existingAccounts(store: Store, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await store.users.findMany(ids)).map((row) => row.$id));
}

/** Those of these people who work here. Equality in the database ignores case and accents, so names are compared again. */
export async function staffAmong(store: Store, usernames: readonly string[]): Promise<Set<string>> {
  const accounts = await readInChunks('username', usernames, async (query, most) => {
    const { rows } = await store.users.list([query, Query.limit(most)]);
    return rows;
  });
  return new Set(accounts.filter(({ role }) => role !== 'user').map(({ username }) => username));
}
