import { Query } from 'node-appwrite';
import { LINK_PURPOSES, type LinkPurpose } from '#shared/domain/account.ts';
import { derivedId } from '#shared/domain/ids.ts';
import type { RowOf, Stored } from './row.ts';
import type { LinkRow } from './rows.ts';
import type { Store } from './store.ts';

export type StoredLink = Stored<RowOf<typeof LinkRow>>;

/** The id of the one link that an account has for a purpose. */
export const linkId = (accountId: string, purpose: LinkPurpose) => derivedId('l', purpose, accountId);

/**
 * Stores a link in place of the account's earlier one of this purpose. Gives false when the row was created, changed or
 * removed meanwhile. No upsert: one that arrives late would overwrite the link that has been mailed since.
 */
export async function saveLink({ links }: Store, link: RowOf<typeof LinkRow>): Promise<boolean> {
  const id = linkId(link.accountId, link.purpose);
  const earlier = await links.find(id);
  const saved = earlier ? await links.replace(earlier, { ...link }) : await links.insert(id, { ...link });
  return saved !== undefined;
}

/** The link of a token's hash and purpose, whether it has expired or not. */
export async function findLink(
  { links }: Store,
  tokenHash: string,
  purpose: LinkPurpose,
): Promise<StoredLink | undefined> {
  const { rows } = await links.list([Query.equal('tokenHash', tokenHash), Query.limit(2)]);
  return rows.find((link) => link.purpose === purpose && link.tokenHash === tokenHash);
}

/** Removes the links of an account, if there are any. */
export async function removeLinks({ links }: Store, accountId: string): Promise<void> {
  const ids = LINK_PURPOSES.map((purpose) => linkId(accountId, purpose));
  await links.removeWhere([Query.equal('$id', ids)]);
}
