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

/** About 10 ms and 4 MiB for each guess at a name by somebody with a copy of the tables. */
const SCRYPT = { N: 4_096, r: 8, p: 1 };

/**
 * The id of the row that keeps a name taken, also after its account is erased: scrypt of the name.
 *
 * With a copy of the tables one may try names one by one and learn which were ever taken. POST /user tells the same, and
 * the row holds nothing else: it does not lead to the account or its cases. The hash has no key: with one, every name
 * would be lost when the key is rotated or lost, and a key in the tables would be read with them.
 */
export async function nameRowId(username: string): Promise<string> {
  const { scrypt } = process.getBuiltinModule('node:crypto');
  const key = await new Promise<Buffer>((resolve, reject) => {
    scrypt(username, 'complaints: names taken', 16, SCRYPT, (error, made) => (error ? reject(error) : resolve(made)));
  });
  return `n${key.toString('hex')}`;
}

/**
 * An operation for commits that write an account's name or id anywhere: such a commit and the account's erasure exclude each
 * other. Erased first, the commit ends as `missing` (corpus transactions-267, -416); committed first, the erasure
 * conflicts and starts over (-392). Commits of the same account do not conflict with each other (-330).
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
 * Whether a name was ever taken, or stands in an account that an admin renamed in the console: then the unique index
 * refuses it, on MariaDB also when it is spelled with other accents.
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
async function leaveEscalations(store: Store, names: readonly string[]): Promise<void> {
  for (const { $id, escalateTo } of await listCategories(store)) {
    const people = escalationOf(escalateTo);
    const others = people.filter((name) => !names.includes(name));
    if (escalateTo === null || others.length === people.length) continue;
    // By query, and only while nobody has edited it: the console allows ids that a path of the API does not.
    const asRead: [string, string] = [Query.equal('$id', $id), Query.equal('escalateTo', escalateTo)];
    await store.categories.updateWhere(asRead, { escalateTo: others.join(',') || null });
  }
}

/**
 * Takes the names off everything the person wrote, off the assignments in timelines and off the categories that
 * name them, and removes the comments of their ratings. Their cases are unassigned by a task of maintenance. The
 * same again is harmless.
 */
export async function scrubNames(store: Store, person: { id: string; usernames: readonly string[] }): Promise<void> {
  const names = [...person.usernames];
  const named = () => [
    store.categories.updateWhere([Query.equal('assignee', names)], { assignee: null }),
    leaveEscalations(store, names),
    store.timeline.updateWhere([Query.equal('fromAssignee', names)], { fromAssignee: null }),
    store.timeline.updateWhere([Query.equal('toAssignee', names)], { toAssignee: null }),
  ];
  await Promise.all([
    store.complaints.updateWhere([Query.equal('reporterId', person.id)], { reporterName: null, ratingComment: null }),
    store.timeline.updateWhere([Query.equal('byId', person.id)], { byName: null }),
    ...(names.length === 0 ? [] : named()),
  ]);
}

/** The usernames in an identity: one, but for those whom an admin renamed in the console. */
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

/** A page of the identities in use by their id; `after` is the last id seen. */
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

/** Which of these people are staff or admins. Equality in the database ignores case and accents, so names are compared again. */
export async function staffAmong(store: Store, usernames: readonly string[]): Promise<Set<string>> {
  const accounts = await readInChunks('username', usernames, async (query, most) => {
    const { rows } = await store.users.list([query, Query.limit(most)]);
    return rows;
  });
  return new Set(accounts.filter(({ role }) => role !== 'user').map(({ username }) => username));
}

/** The accounts that use or await an address; several may. Appwrite Messaging folds case, so this does too. */
export async function accountsOfAddress({ recipients }: Store, address: string): Promise<Recipient[]> {
  const found = await Promise.all(
    ['email', 'emailPending'].map((column) => recipients.list([Query.equal(column, address), Query.limit(100)])),
  );
  const folded = address.toLowerCase();
  const rows = found.flatMap((page) => page.rows);
  return rows.filter(({ email, emailPending }) => [email, emailPending].some((one) => one?.toLowerCase() === folded));
}

/**
 * Those of these addresses, all in lower case, that accounts use or await in whatever spelling. Equality is exact on
 * PostgreSQL; `startsWith` ignores case on every database (corpus queries-444 and its answer on PostgreSQL).
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

/** The person of a name, as far as mails need it. */
export async function findRecipient({ recipients }: Store, username: string): Promise<Recipient | undefined> {
  const { rows } = await recipients.list([Query.equal('username', username), Query.limit(1)]);
  return rows.find((row) => row.username === username);
}

/** The mail columns of the admins. */
export async function listAdminRecipients({ recipients }: Store, limit: number): Promise<Recipient[]> {
  return (await recipients.list([Query.equal('role', 'admin'), Query.limit(limit)])).rows;
}
