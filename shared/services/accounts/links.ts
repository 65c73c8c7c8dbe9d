import { findLink, type StoredLink, saveLink } from '#shared/appwrite/links.ts';
import type { StorageDeps } from '#shared/compose.ts';
import type { LinkPurpose } from '#shared/domain/account.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';

type Deps = Pick<StorageDeps, 'store' | 'clock'>;

const TOKEN_BYTES = 32;

const crypto = () => process.getBuiltinModule('node:crypto');

function hashOf(token: string): string {
  return crypto().createHash('sha256').update(token).digest('hex');
}

/** The account of a link, and the address that its mail goes to. */
type Issued = { accountId: string; epoch: string; address: string; purpose: LinkPurpose };

/**
 * Issues a link token of 256 bits and stores its hash. It is valid once, for one hour, and only while the account's
 * epoch stays the same. It replaces the account's earlier link of this purpose.
 */
export async function issueLink({ store, clock }: Deps, issued: Issued): Promise<string> {
  const token = crypto().randomBytes(TOKEN_BYTES).toString('base64url');
  const expiresAt = new Date(clock.now().getTime() + HOUR).toISOString();
  const link = { ...issued, tokenHash: hashOf(token), expiresAt };
  return retryOnConflict(clock, 'this link', async () => ((await saveLink(store, link)) ? token : undefined));
}

/** The valid link of a token. The caller removes its row in the transaction that uses it. */
export async function readLink(
  { store, clock }: Deps,
  token: string,
  purpose: LinkPurpose,
): Promise<StoredLink | undefined> {
  const link = await findLink(store, hashOf(token), purpose);
  return link && Date.parse(link.expiresAt) > clock.now().getTime() ? link : undefined;
}

function signatureOf(accountId: string, secret: string): string {
  return crypto().createHmac('sha256', secret).update(`unsubscribe ${accountId}`).digest('base64url');
}

/** A token that unsubscribes an account from mails about complaints without a login. It does not expire. */
export function unsubscribeToken(accountId: string, secret: string): string {
  return `${accountId}.${signatureOf(accountId, secret)}`;
}

/** The account id in a token; undefined when it was not signed with one of these secrets. */
export function readUnsubscribeToken(token: string, secrets: readonly (string | undefined)[]): string | undefined {
  const [, accountId = '', signature = ''] = /^([a-z0-9]{1,36})\.([\w-]{43})$/.exec(token) ?? [];
  const isSigned = secrets.some((secret) => {
    if (secret === undefined || signature === '') return false;
    return crypto().timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(accountId, secret)));
  });
  return isSigned ? accountId : undefined;
}
