import { bucketOf } from '#shared/appwrite/limits.ts';
import { writeOutbox } from '#shared/appwrite/outbox.ts';
import type { Deps } from '#shared/compose.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { queueRefusal, refuseWhenFull } from '../auth/hash-queue.ts';
import { newEpoch } from '../auth/logout.ts';
import { givingBack, reserveOrRefuse } from '../rate-limits.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { removedEmails } from './change-email.ts';
import { readUnsubscribeToken } from './links.ts';
import { linkGone, type OpenedLink, openLink } from './open-link.ts';
import { refuseWeakPassword } from './weak-passwords.ts';
import { writeAccount } from './write-account.ts';

/** Identifies the account by one of the two, in canonical spelling. */
export type Forgotten = { username?: string | undefined; email?: string | undefined };

/**
 * Requests a link to set a new password. Writes one outbox row without looking up the account, so that the answer
 * reveals nothing; `notifications` sends the mails. 429 after too many requests from one network.
 */
export async function requestRecovery(deps: Deps, { username, email }: Forgotten): Promise<void> {
  const max = deps.config.recoveriesPerHour;
  const limit = { kind: 'recovery', subject: bucketOf(deps.address), windowMs: HOUR, max };
  const detail = 'Too many requests for a link from this address.';
  const reserved = await reserveOrRefuse(deps, limit, detail);
  const news = { kind: 'recovery.requested', at: deps.clock.now(), username, address: email } as const;
  await givingBack(reserved, () => writeOutbox(deps.store, news));
}

/**
 * Sets a new password with the token of a link: 410 if the link is invalid, 422 if the password is refused, which
 * leaves the link valid. Ends all tokens of the account and mails the owner.
 */
export async function resetPassword(
  deps: Deps,
  { token, password }: { token: string; password: string },
): Promise<void> {
  let opened: OpenedLink | undefined = await openLink(deps, 'reset', token);
  refuseWeakPassword(password, { username: opened.account.username, field: 'password' });
  refuseWhenFull(deps);
  const passwordHash = await deps.hasher().hash(password, { network: deps.address, known: false }).catch(queueRefusal);
  await retryOnConflict(deps.clock, 'this account', async () => {
    const { account, used } = opened ?? (await openLink(deps, 'reset', token));
    opened = undefined;
    const at = deps.clock.now();
    const patch = { passwordHash, changedAt: at.toISOString(), ...newEpoch() };
    const news = [{ kind: 'password.changed', at, accountId: account.$id } as const];
    return writeAccount(deps, account, patch, { news, operations: [used] });
  });
}

/** Confirms an address with the token of its mail: 410 if it is invalid. A pending address replaces the present one. */
export async function confirmAddress(deps: Deps, token: string): Promise<void> {
  await retryOnConflict(deps.clock, 'this account', async () => {
    const { account, address, used } = await openLink(deps, 'confirm', token);
    const now = deps.clock.now();
    const patch = { email: address, emailConfirmed: true, emailPending: null, changedAt: now.toISOString() };
    const replaced = address === account.email ? [] : [account.email];
    return writeAccount(deps, account, patch, { news: removedEmails(account, replaced, now), operations: [used] });
  });
}

/** Unsubscribes an account with a signed token: 410 if the signature is wrong or the account is gone. Idempotent. */
export async function unsubscribe(deps: Deps, token: string): Promise<void> {
  const accountId = readUnsubscribeToken(token, [deps.config.tokenSecret, deps.config.previousTokenSecret]);
  if (accountId === undefined) throw linkGone();
  await retryOnConflict(deps.clock, 'this account', async () => {
    const account = await deps.store.users.find(accountId);
    if (!account) throw linkGone();
    if (account.notify === 'none') return account;
    return writeAccount(deps, account, { notify: 'none', changedAt: deps.clock.now().toISOString() });
  });
}
