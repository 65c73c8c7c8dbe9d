import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import type { Deps } from '#shared/compose.ts';
import { canonicalUsername } from '#shared/domain/account.ts';
import { Refusal, retryLater } from '#shared/domain/problems.ts';
import { issueToken } from '#shared/security/issue-token.ts';
import { hashesRefusal, refuseWhenFull } from './hashing.ts';
import { addressesAfter } from './known-addresses.ts';
import { reserveTry, type Try } from './login-limits.ts';
import { newEpoch } from './logout.ts';

export type Credentials = { username: string; password: string };
export type Login = { token: string; expiresAt: Date; account: Account };

// No account can have it: looked up in place of what cannot be a username, so that every try asks the same.
const NOBODY = '-';

/** One comparison, whoever it is for. A try that never came to it is given back: nothing was learnt by it. */
async function compare(deps: Deps, password: string, tried: Try): Promise<void> {
  const { account, undo } = tried;
  const right = await deps
    .hasher()
    .verify(password, account?.passwordHash)
    .catch(async (error: unknown) => {
      await undo();
      return hashesRefusal(error);
    });
  if (right && account) return;
  const broken = account !== undefined && !/^\$2[aby]\$\d\d\$.{53}$/.test(account.passwordHash);
  const cause = broken ? new Error(`credential_corrupt: the stored hash of ${account.$id} is none`) : undefined;
  throw new Refusal('bad_credentials', 'The username or the password is wrong.', { cause });
}

/** A hash made at a lower cost is renewed while the password is at hand. Failing to is no reason to refuse the login. */
async function renewedHash(deps: Deps, account: Account, password: string): Promise<string | undefined> {
  if (!deps.hasher().needsRehash(account.passwordHash)) return undefined;
  return deps
    .hasher()
    .hash(password)
    .catch(() => undefined);
}

/** What a login leaves on the account. Without sound marks of its tokens none would ever be valid, so it gets new ones. */
async function noteLogin(deps: Deps, account: Account, password: string): Promise<string> {
  const passwordHash = await renewedHash(deps, account, password);
  const addresses = addressesAfter(account, deps.address, deps.clock.now());
  const sound = account.epoch !== '' && account.revoked !== undefined;
  const fresh = sound ? undefined : newEpoch();
  const patch = {
    ...(passwordHash === undefined ? {} : { passwordHash }),
    ...(addresses === undefined ? {} : { knownAddresses: JSON.stringify(addresses) }),
    ...fresh,
  };
  if (Object.keys(patch).length === 0) return account.epoch;
  const written = await deps.store.users.replace(account, patch).catch(() => undefined);
  if (fresh && !written) throw retryLater('busy', 'The account is being changed at this moment.', { seconds: 1 });
  return fresh?.epoch ?? account.epoch;
}

/** A token for the right username and password; every wrong pair costs the same and is told the same (401, 429 when too many, 503 when too many wait). */
export async function login(deps: Deps, { username: raw, password }: Credentials): Promise<Login> {
  refuseWhenFull(deps.hasher());
  const username = canonicalUsername(raw.trim());
  const subject = username ?? `?${raw.toLowerCase()}`;
  const tried = await reserveTry(deps, subject, findByUsername(deps.store, username ?? NOBODY));
  await compare(deps, password, tried);
  const { account } = tried;
  if (!account) throw new Refusal('bad_credentials', 'The username or the password is wrong.');
  const [epoch] = await Promise.all([noteLogin(deps, account, password), tried.undo()]);
  const issued = await issueToken(deps.tokens, { sub: account.$id, epoch });
  return { token: issued.token, expiresAt: issued.expiresAt, account };
}
