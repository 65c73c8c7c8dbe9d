import { Query } from 'node-appwrite';
import type { Role } from '#shared/domain/account.ts';
import { escalationOf } from '#shared/domain/categories.ts';
import { listCategories } from './complaints.ts';
import { readInChunks } from './id-chunks.ts';
import type { RowOf, Stored } from './row.ts';
import type { Identity, RecipientRow, User } from './rows.ts';
import type { Store } from './store.ts';
import { add, type Operation } from './transaction.ts';

export type Account = Stored<User>;
/** The columns of an account that mails need. */
export type Recipient = Stored<RowOf<typeof RecipientRow>>;
export type StoredIdentity = Stored<Identity>;

/** Costs an attacker with a copy of the tables about 10 ms and 4 MiB for each guess at a name. */
const SCRYPT = { N: 4_096, r: 8, p: 1 };

/**
 * The id of the row that keeps a username taken, also after its account is erased: unkeyed scrypt of the name. A copy
 * of the tables only allows testing which names were ever taken, as POST /user does; it leads to no account or case. A
 * key would be stolen with the tables, and rotating or losing it would lose every name.
 */
export async function nameRowId(username: string): Promise<string> {
  const { scrypt } = process.getBuiltinModule('node:crypto');
  const key = await new Promise<Buffer>((resolve, reject) => {
    scrypt(username, 'complaints: names taken', 16, SCRYPT, (error, made) => (error ? reject(error) : resolve(made)));
  });
  return `n${key.toString('hex')}`;
}

/**
 * For every commit that writes an account's name or id, so that it cannot overlap with the account's erasure. After an
 * erasure the commit ends as `missing` (corpus transactions-267, -416); an erasure after the commit conflicts and
 * starts over (-392). Commits of the same account do not conflict with each other (-330).
 */
export function requireAccount(id: string): Operation {
  return add('users', id, { column: 'writes', by: 1 });
}

/** By canonical username. Equality in the database ignores case and accents, so the spelling is compared again. */
export async function findByUsername(store: Store, username: string): Promise<Account | undefined> {
  const { rows } = await store.users.list([Query.equal('username', username), Query.limit(1)]);
  return rows.find((row) => row.username === username);
}

/**
 * Whether a name was ever taken or belongs to an account that was renamed in the console. The unique index refuses such
 * a name; on MariaDB also one that differs only in accents.
 */
export async function isNameTaken(store: Store, { username, nameId }: { username: string; nameId: string }) {
  const bearers = store.users.list([Query.equal('username', username), Query.limit(1)]);
  const [name, { rows }] = await Promise.all([store.names.find(nameId), bearers]);
  return name !== undefined || rows.length > 0;
}

/** Accounts with one of these roles by username, at most `limit`; `after` is the last name of the page before. */
export async function listByRole(
  store: Store,
  roles: readonly Role[],
  limit: number,
  after?: string,
): Promise<Account[]> {
  const { rows } = await store.users.list([
    Query.equal('role', [...roles]),
    ...(after === undefined ? [] : [Query.greaterThan('username', after)]),
    Query.orderAsc('username'),
    Query.limit(limit),
  ]);
  return rows;
}

/** Removes names from the `escalateTo` of all categories. */
async function removeFromEscalations(store: Store, names: readonly string[]): Promise<void> {
  for (const { $id, escalateTo } of await listCategories(store)) {
    const people = escalationOf(escalateTo);
    const others = people.filter((name) => !names.includes(name));
    if (escalateTo === null || others.length === people.length) continue;
    // Updates by query, since the console allows ids that are not valid in a path. Skips a category that was edited
    // meanwhile.
    const asRead: [string, string] = [Query.equal('$id', $id), Query.equal('escalateTo', escalateTo)];
    await store.categories.updateWhere(asRead, { escalateTo: others.join(',') || null });
  }
}

/**
 * Clears the person's name in complaints, timeline entries (author and assignments) and categories, and removes the
 * comments of their ratings. A maintenance task unassigns their cases. Idempotent.
 */
export async function scrubNames(store: Store, person: { id: string; usernames: readonly string[] }): Promise<void> {
  const names = [...person.usernames];
  const named = () => [
    store.categories.updateWhere([Query.equal('assignee', names)], { assignee: null }),
    removeFromEscalations(store, names),
    store.timeline.updateWhere([Query.equal('fromAssignee', names)], { fromAssignee: null }),
    store.timeline.updateWhere([Query.equal('toAssignee', names)], { toAssignee: null }),
  ];
  await Promise.all([
    store.complaints.updateWhere([Query.equal('reporterId', person.id)], { reporterName: null, ratingComment: null }),
    store.timeline.updateWhere([Query.equal('byId', person.id)], { byName: null }),
    ...(names.length === 0 ? [] : named()),
  ]);
}

/** The usernames in an identity: one, or more if an admin renamed the account in the console. */
export function usernamesOf(identity: Identity | undefined): string[] {
  return identity ? identity.usernames.split(',').filter(Boolean) : [];
}

/** Accounts whose erasure has begun and is to be finished, the oldest first. */
export async function listErasing(store: Store, limit: number): Promise<StoredIdentity[]> {
  const { rows } = await store.identities.list([
    Query.equal('state', 'erasing'),
    Query.orderAsc('$updatedAt'),
    Query.limit(limit),
  ]);
  return rows;
}

/** A page of the active identities by id; `after` is the last id seen. */
export async function listActive(store: Store, after: string, limit: number): Promise<StoredIdentity[]> {
  const { rows } = await store.identities.list([
    Query.equal('state', 'active'),
    ...(after === '' ? [] : [Query.greaterThan('$id', after)]),
    Query.orderAsc('$id'),
    Query.limit(limit),
  ]);
  return rows;
}

/** Which of these accounts exist. */
export async function existingAccounts(store: Store, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await store.users.findMany(ids)).map((row) => row.$id));
}

/**
 * Which of these people are staff or admins. Compares names again, since equality in the database ignores case and
 * accents.
 */
export async function staffAmong(store: Store, usernames: readonly string[]): Promise<Set<string>> {
  const accounts = await readInChunks('username', usernames, async (query, most) => {
    const { rows } = await store.users.list([query, Query.limit(most)]);
    return rows;
  });
  return new Set(accounts.filter(({ role }) => role !== 'user').map(({ username }) => username));
}

/** The accounts with this address in `email`, at most 100. Ignores case, but on PostgreSQL the query is exact. */
export async function accountsOfAddress({ recipients }: Store, address: string): Promise<Recipient[]> {
  const { rows } = await recipients.list([Query.equal('email', address), Query.limit(100)]);
  const folded = address.toLowerCase();
  return rows.filter(({ email }) => email?.toLowerCase() === folded);
}

/**
 * The addresses among `addresses` (in lower case) that accounts have in `email` or `emailPending`, in any case.
 * Equality is exact on PostgreSQL; `startsWith` ignores case on every database (corpus queries-444 and its answer on
 * PostgreSQL).
 */
export async function addressesInUse({ recipients }: Store, addresses: readonly string[]): Promise<Set<string>> {
  const columns = ['email', 'emailPending'] as const;
  const used = new Set<string>();
  const note = (rows: readonly Recipient[]) => {
    for (const { email, emailPending } of rows) {
      for (const one of [email, emailPending]) if (one !== null) used.add(one.toLowerCase());
    }
  };
  const search = async (query: string, most: number) => {
    const { rows } = await recipients.list([query, Query.limit(most)]);
    note(rows);
    return rows;
  };
  await Promise.all(columns.map((column) => readInChunks(column, addresses, search)));
  for (const address of addresses.filter((one) => !used.has(one))) {
    await Promise.all(columns.map((column) => search(Query.startsWith(column, address), 100)));
  }
  return used;
}

/** The mail columns of the account with this username. */
export async function findRecipient({ recipients }: Store, username: string): Promise<Recipient | undefined> {
  const { rows } = await recipients.list([Query.equal('username', username), Query.limit(1)]);
  return rows.find((row) => row.username === username);
}

/** The mail columns of the admins. */
export async function listAdminRecipients({ recipients }: Store, limit: number): Promise<Recipient[]> {
  return (await recipients.list([Query.equal('role', 'admin'), Query.limit(limit)])).rows;
}
