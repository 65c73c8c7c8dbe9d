import type { Account } from '#shared/appwrite/accounts.ts';
import { type AccountNews, outboxOperation } from '#shared/appwrite/outbox.ts';
import type { User } from '#shared/appwrite/rows.ts';
import { commit, type Operation, update } from '#shared/appwrite/transaction.ts';
import type { StorageDeps } from '#shared/compose.ts';

/** The columns that a change writes; `revoked` is JSON text, as stored. */
export type AccountPatch = Partial<Omit<User, 'revoked' | 'knownAddresses'>> & { revoked?: string };

/** Outbox rows and other operations that are written in the same transaction as the account. */
export type AlsoWritten = { news?: readonly AccountNews[]; operations?: readonly Operation[] };

const sameTime = (one: string, other: string) => Date.parse(one) === Date.parse(other);

function isWritten(row: Account | undefined, patch: AccountPatch): boolean {
  if (!row) return false;
  if (patch.epoch !== undefined) return row.epoch === patch.epoch;
  if (patch.changedAt !== undefined) return sameTime(row.changedAt, patch.changedAt);
  return patch.textMark !== undefined && row.textMark === patch.textMark;
}

function withPatch(account: Account, { revoked, ...patch }: AccountPatch): Account {
  return { ...account, ...patch, ...(revoked === undefined ? {} : { revoked: [] }) };
}

/**
 * A compare-and-set on an account as it was read; undefined if it has changed since or is gone. It takes one call, or a
 * transaction of four calls with news or operations. Then `patch` must contain `textMark`, `epoch` or `changedAt`,
 * which show whether it was written.
 */
export async function writeAccount(
  deps: Pick<StorageDeps, 'gateway' | 'store'>,
  account: Account,
  patch: AccountPatch,
  { news = [], operations = [] }: AlsoWritten = {},
): Promise<Account | undefined> {
  if (news.length + operations.length === 0) return deps.store.users.replace(account, patch);
  const read = () => deps.store.users.find(account.$id);
  const outcome = await commit(deps.gateway, {
    operations: [update('users', account.$id, patch), ...operations, ...news.map(outboxOperation)],
    stillHolds: async () => (await read())?.$updatedAt === account.$updatedAt,
    wasCommitted: async () => isWritten(await read(), patch),
  });
  return outcome === 'done' ? withPatch(account, patch) : undefined;
}
