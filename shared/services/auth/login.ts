import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import { bucketOf, type Reservation, rememberAddress, reserve, spendKnownAddress } from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import { canonicalUsername } from '#shared/domain/account.ts';
import { DAY, MINUTE } from '#shared/domain/clock.ts';
import { comeBack, Refusal } from '#shared/domain/problems.ts';
import { hashesRefusal } from './hashing.ts';

export type Credentials = { username: string; password: string };
export type Login = { token: string; expiresAt: Date; account: Account };
type Tries = { known: boolean; undo(): Promise<void> };

function tooMany(reservation: Reservation): Refusal {
  const detail = 'Too many failed logins. Wait before you try again.';
  return comeBack('too_many_requests', detail, { seconds: reservation.secondsLeft });
}

/** A strange address shares the account's daily budget; when that is spent, one try a minute is left. */
async function reserveForStranger(deps: Deps, subject: string): Promise<Reservation> {
  const max = deps.config.loginFailuresPerDay;
  const day = await reserve(deps, { kind: 'login-day', subject, windowMs: DAY, max });
  if (day.granted) return day;
  const minute = await reserve(deps, { kind: 'login-minute', subject, windowMs: MINUTE, max: 1 });
  if (!minute.granted) throw tooMany(minute);
  return minute;
}

/** Pays for one comparison before it is made: per account and address, then per account unless the address is known. */
async function reserveTry(deps: Deps, username: string): Promise<Tries> {
  const { address, config } = deps;
  const subject = bucketOf(username);
  const pairLimit = { kind: 'login', subject: bucketOf(`${username} ${address}`), windowMs: 15 * MINUTE };
  const [pair, known] = await Promise.all([
    reserve(deps, { ...pairLimit, max: config.loginFailuresPerAddress }),
    spendKnownAddress(deps.store, username, address),
  ]);
  if (!pair.granted) throw tooMany(pair);
  const stranger = known ? undefined : await reserveForStranger(deps, subject);
  return { known, undo: async () => void (await Promise.all([pair.undo(), stranger?.undo()])) };
}

/** A hash made at a lower cost is renewed while the password is at hand. Failing to is no reason to refuse the login. */
async function renewHash(deps: Deps, account: Account, password: string): Promise<void> {
  if (!deps.hasher().needsRehash(account.passwordHash)) return;
  const passwordHash = await deps.hasher().hash(password);
  await deps.store.users.replace(account, { passwordHash }).catch(() => undefined);
}

/** A token for the right username and password; every wrong pair costs the same and is told the same (401, 429 when too many). */
export async function login(deps: Deps, { username: raw, password }: Credentials): Promise<Login> {
  const username = canonicalUsername(raw.trim()) ?? `?${raw.slice(0, 64).toLowerCase()}`;
  const [tries, account] = await Promise.all([reserveTry(deps, username), findByUsername(deps.store, username)]);
  const right = await deps
    .hasher()
    .verify(password, account?.passwordHash ?? '')
    .catch(hashesRefusal);
  if (!right || !account) throw new Refusal('bad_credentials', 'The username or the password is wrong.');
  const [issued] = await Promise.all([
    deps.tokens.issue({ sub: account.$id, epoch: account.epoch }),
    tries.undo(),
    rememberAddress(deps, username, deps.address),
    renewHash(deps, account, password),
  ]);
  return { token: issued.token, expiresAt: issued.expiresAt, account };
}
