import { Query } from 'node-appwrite';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import type { AccountKind } from '#shared/appwrite/outbox.ts';
import type { LinkPurpose } from '#shared/domain/account.ts';
import { issueLink } from '#shared/services/accounts/links.ts';
import type { Service } from './harness.ts';

/** The fields of an outbox row that are kept when it becomes a delivery. */
export type Notification = { kind: string; address: string | null };

/** All notifications about an account: its outbox rows and its deliveries, in no order. */
export async function notificationsAbout({ connection, local }: Service, accountId: string): Promise<Notification[]> {
  await local.settle();
  const { outbox, deliveries } = connection.store;
  const all = [Query.limit(5_000)];
  const pages = await Promise.all([outbox.list(all), deliveries.list(all)]);
  return pages
    .flatMap(({ rows }): { kind: string; address: string | null; accountId: string | null }[] => rows)
    .filter((row) => row.accountId === accountId)
    .map(({ kind, address }) => ({ kind, address }));
}

/** The kinds of notifications about an account that `work` caused, sorted. */
export async function notificationsCausedBy(
  service: Service,
  accountId: string,
  work: () => Promise<unknown>,
): Promise<AccountKind[]> {
  const before = (await notificationsAbout(service, accountId)).map(({ kind }) => kind);
  await work();
  const after = (await notificationsAbout(service, accountId)).map(({ kind }) => kind);
  for (const kind of before) after.splice(after.indexOf(kind), 1);
  return after.sort() as AccountKind[];
}

export async function accountOf({ connection }: Service, username: string) {
  const account = await findByUsername(connection.store, username);
  if (!account) throw new Error(`there is no ${username}`);
  return account;
}

/**
 * The token of a new link, made as for a mail by `notifications`; waits for pending mails, whose links would end it.
 */
export async function linkFor(service: Service, username: string, purpose: LinkPurpose): Promise<string> {
  await service.local.settle();
  const { $id: accountId, epoch, email, emailPending } = await accountOf(service, username);
  const address = (purpose === 'confirm' ? emailPending : null) ?? email ?? '';
  const clock = { now: () => new Date(service.local.clock.now()), elapsed: () => 0 };
  const token = await issueLink({ store: service.connection.store, clock }, { accountId, epoch, address, purpose });
  service.canaries.add(`a link of ${username}`, token);
  return token;
}

/** Sets an address of an account as confirmed, without the mail. */
export async function setConfirmedAddress(service: Service, username: string, email: string): Promise<void> {
  const account = await accountOf(service, username);
  const written = await service.connection.store.users.replace(account, { email, emailConfirmed: true });
  if (!written) throw new Error('the account has changed');
}
