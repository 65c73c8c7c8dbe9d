import type { Account } from '#shared/appwrite/accounts.ts';
import { linkId } from '#shared/appwrite/links.ts';
import { type Operation, remove } from '#shared/appwrite/transaction.ts';
import type { StorageDeps } from '#shared/compose.ts';
import type { LinkPurpose } from '#shared/domain/account.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { readLink } from './links.ts';

/** 32 bytes as base64url. Other texts are refused without a look-up. */
const TOKEN = /^[\w-]{43}$/;

/** An account whose link was opened. The change commits `used` too, which removes the link: a second use fails. */
export type OpenedLink = { account: Account; address: string; used: Operation };

export function linkGone(): Refusal {
  return new Refusal('token_gone', 'This link is no longer valid. Ask for a new one.');
}

/** The address for which a link of this purpose is valid. A reset needs a confirmed address. */
function addressFor(purpose: LinkPurpose, { email, emailConfirmed, emailPending }: Account): string | null {
  if (purpose === 'reset') return emailConfirmed === true ? email : null;
  return emailPending ?? (emailConfirmed === true ? null : email);
}

/**
 * The account of a valid link. 410 if the link was used or replaced, is older than an hour, or the account's password
 * or address has changed since. Does not use up the link.
 */
export async function openLink(
  deps: Pick<StorageDeps, 'store' | 'clock'>,
  purpose: LinkPurpose,
  token: string,
): Promise<OpenedLink> {
  const link = TOKEN.test(token) ? await readLink(deps, token, purpose) : undefined;
  const account = link && (await deps.store.users.find(link.accountId));
  const counts = account && account.epoch === link.epoch && addressFor(purpose, account) === link.address;
  if (!counts) throw linkGone();
  return { account, address: link.address, used: remove('links', linkId(link.accountId, purpose)) };
}
