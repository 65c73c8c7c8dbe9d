import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import type { Deps } from '#shared/compose.ts';
import { canonicalUsername } from '#shared/domain/account.ts';
import { Refusal, retryLater } from '#shared/domain/problems.ts';
import { issueToken } from '#shared/security/issue-token.ts';
import { isBcryptHash, type Requester } from '#shared/security/passwords.ts';
import { queueRefusal, refuseWhenFull } from './hash-queue.ts';
import { addressesAfter, isKnownAddress } from './known-addresses.ts';
import { loginLimits, readLoginUses, reserveLoginTry } from './login-limits.ts';
import { newEpoch } from './logout.ts';

export type Credentials = { username: string; password: string };
export type Login = { token: string; expiresAt: Date; account: Account };

// No account can have this username. It is looked up in place of an invalid one, so that every try makes the same
// calls.
const NO_USERNAME = '-';

function badCredentials(cause?: Error): Refusal {
  return new Refusal('bad_credentials', 'The username or the password is wrong.', { cause });
}

/** Hashes the password again if the stored hash has a lower cost. A failure does not refuse the login. */
async function renewedHash(deps: Deps, account: Account, password: string): Promise<string | undefined> {
  if (!deps.hasher().needsRehash(account.passwordHash)) return undefined;
  return deps
    .hasher()
    .hash(password, { network: deps.address, known: true })
    .catch(() => undefined);
}

/**
 * Writes what a login changes and returns the epoch. Replaces unreadable `revoked` or `epoch`, since with them no token
 * would be valid.
 */
async function recordLogin(deps: Deps, account: Account, password: string): Promise<string> {
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

/** Makes one comparison, even without an account; 401 if it fails, 503 if the queue is full. */
async function compare(deps: Deps, password: string, found: Account | undefined, known: boolean): Promise<Account> {
  const requester: Requester = { network: deps.address, known };
  const right = await deps.hasher().verify(password, found?.passwordHash, requester).catch(queueRefusal);
  if (right && found) return found;
  const broken = found !== undefined && !isBcryptHash(found.passwordHash);
  throw badCredentials(broken ? new Error(`credential_corrupt: the stored hash of ${found.$id} is none`) : undefined);
}

/**
 * Issues a token for the right password. Each wrong pair makes the same calls and is answered 401; 429 after too many,
 * 503 if too many logins wait. The use is reserved before the comparison, so parallel guesses count in full; it is
 * returned unless the password was wrong.
 */
export async function login(deps: Deps, { username: raw, password }: Credentials): Promise<Login> {
  refuseWhenFull(deps);
  const username = canonicalUsername(raw.trim());
  const limits = loginLimits(deps, username ?? `?${raw.toLowerCase()}`);
  const finding = findByUsername(deps.store, username ?? NO_USERNAME);
  const [found, uses] = await Promise.all([finding, readLoginUses(deps, limits)]);
  const known = found !== undefined && isKnownAddress(found, deps.address, deps.clock.now());
  const reserved = await reserveLoginTry(deps, known ? limits.known : limits.unknown, uses);
  const account = await compare(deps, password, found, known).catch(async (error: unknown) => {
    const wrong = error instanceof Refusal && error.code === 'bad_credentials';
    if (!wrong) await reserved.undo();
    throw error;
  });
  const [epoch] = await Promise.all([recordLogin(deps, account, password), reserved.undo()]);
  const issued = await issueToken(deps.tokens, { sub: account.$id, epoch });
  return { token: issued.token, expiresAt: issued.expiresAt, account };
}
