import type { Account } from '#shared/appwrite/accounts.ts';
import { linkId } from '#shared/appwrite/links.ts';
import { type Operation, remove } from '#shared/appwrite/transaction.ts';
import type { StorageDeps } from '#shared/compose.ts';
import type { LinkPurpose } from '#shared/domain/account.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { readLink } from './links.ts';

/** 32 bytes as base64url; other texts are refused without a look-up. */
const TOKEN = /^[\w-]{43}$/;

/** An account whose link was opened. `used` belongs to the change that uses the link up: a second one then fails. */
export type OpenedLink = { account: Account; address: string; used: Operation };

export function linkGone(): Refusal {
  return new Refusal('token_gone', 'This link is no longer valid. Ask for a new one.');
}

/** The address that a link of an account counts for. A reset only goes to a confirmed one. */
function addressFor(purpose: LinkPurpose, { email, emailConfirmed, emailPending }: Account): string | null {
  if (purpose === 'reset') return emailConfirmed === true ? email : null;
  return emailPending ?? (emailConfirmed === true ? null : email);
}

/**
 * The account of a valid link: not used, not older than an hour, not replaced by another one, and the account's
 * password and address are those it was made for. 410 otherwise. Does not use the link up.
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
