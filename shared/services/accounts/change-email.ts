import type { Account } from '#shared/appwrite/accounts.ts';
import type { AccountNews } from '#shared/appwrite/outbox.ts';
import type { AccountPatch } from './write-account.ts';

/** The columns that a change of address writes, and the mails about it. */
export type EmailChange = { patch: AccountPatch; news: AccountNews[] };

const NOTHING: EmailChange = { patch: {}, news: [] };

/**
 * The outbox rows for the addresses that an account loses: they mail the confirmed one and make Messaging forget each.
 */
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
 * Plans a change of address. The first address is stored at once, unconfirmed. Another one becomes the pending address,
 * and the confirmed one is notified. Both are mailed a link, again if they are sent again. Sending the present address
 * removes the pending one; null removes both.
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
