import type { Account } from '#shared/appwrite/accounts.ts';
import type { AccountNews } from '#shared/appwrite/outbox.ts';
import type { AccountPatch } from './write-account.ts';

/** The columns of a change of address, and the mails about it. */
export type EmailChange = { patch: AccountPatch; news: AccountNews[] };

const NOTHING: EmailChange = { patch: {}, news: [] };

/** The outbox rows for addresses that an account gives up: the confirmed one is mailed, and Messaging forgets each of them. */
export function removedEmails(account: Account, addresses: readonly (string | null)[], at: Date): AccountNews[] {
  const gone = new Set(addresses.filter((address) => address !== null));
  return [...gone].map((address) => {
    const wasConfirmed = account.emailConfirmed === true && account.email === address;
    const kind = wasConfirmed ? 'email.changed' : 'email.dropped';
    return { kind, at, accountId: account.$id, address };
  });
}

function removal(account: Account, at: Date): EmailChange {
  const patch = { email: null, emailConfirmed: null, emailPending: null };
  return { patch, news: removedEmails(account, [account.email, account.emailPending], at) };
}

/**
 * Plans the change to another address. A first one is stored at once, unconfirmed; another one
 * waits as the pending one, and the confirmed one is told. Both are mailed a link, also when the same is sent again. The
 * confirmed address drops the pending one; null removes both.
 */
export function planEmailChange(account: Account, wanted: string | null | undefined, at: Date): EmailChange {
  if (wanted === undefined) return NOTHING;
  const { $id: accountId, email, emailConfirmed, emailPending } = account;
  if (wanted === null) return email === null && emailPending === null ? NOTHING : removal(account, at);
  const confirm: AccountNews = { kind: 'email.confirm', at, accountId };
  if (email === null) return { patch: { email: wanted, emailConfirmed: false }, news: [confirm] };
  if (wanted === emailPending) return { patch: {}, news: [confirm] };
  const dropped = removedEmails(account, [emailPending], at);
  if (wanted === email) {
    return { patch: { emailPending: null }, news: emailConfirmed ? dropped : [...dropped, confirm] };
  }
  const told: AccountNews[] = emailConfirmed ? [{ kind: 'email.change_requested', at, accountId, address: email }] : [];
  return { patch: { emailPending: wanted }, news: [confirm, ...told, ...dropped] };
}
