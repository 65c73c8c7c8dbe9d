import { nameRowId } from '#shared/appwrite/accounts.ts';
import { bucketOf, type Reservation, reserve } from '#shared/appwrite/limits.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import { commit, create } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { isReservedUsername } from '#shared/domain/account.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { invalidField, Refusal, retryLater } from '#shared/domain/problems.ts';
import { hashesRefusal } from '../auth/hashing.ts';
import { addressesAfter } from '../auth/known-addresses.ts';
import { newEpoch } from '../auth/logout.ts';
import { serially } from '../complaints/serially.ts';
import type { Profile } from './profile.ts';
import { refuseWeakPassword } from './weak-password.ts';

/** `username` is canonical already. */
export type Registration = { username: string; name: string; phone: string | null; password: string };

function taken(): Refusal {
  return new Refusal('username_taken', 'This username is taken. Choose another one.');
}

async function reserveRegistration(deps: Deps): Promise<Reservation> {
  const max = deps.config.registrationsPerHour;
  const place = await reserve(deps, { kind: 'register', subject: bucketOf(deps.address), windowMs: HOUR, max });
  if (place.granted) return place;
  throw retryLater('too_many_requests', 'Too many registrations from this address.', { seconds: place.secondsLeft });
}

/** Nothing was registered when the hashing queue is full, so nothing is counted. */
async function hashed(deps: Deps, password: string, place: Reservation): Promise<string> {
  return deps
    .hasher()
    .hash(password)
    .catch(async (error: unknown) => {
      await place.undo().catch(() => undefined);
      return hashesRefusal(error);
    });
}

/** One name at a time in this process, so that all but the first are refused before a password is hashed for them. */
async function openAccount(deps: Deps, registration: Registration): Promise<Profile> {
  const { username, password, name, phone } = registration;
  const nameId = nameRowId(username);
  const [reserved, place] = await Promise.all([deps.store.names.find(nameId), reserveRegistration(deps)]);
  if (reserved) throw taken();
  const passwordHash = await hashed(deps, password, place);
  const userId = randomId();
  const now = deps.clock.now();
  const at = now.toISOString();
  const profile: Profile = { username, name, phone, role: 'user', registeredAt: at, changedAt: at };
  const known = addressesAfter({ $id: userId, knownAddresses: [] }, deps.address, now);
  const secrets = { passwordHash, ...newEpoch(), knownAddresses: JSON.stringify(known ?? []) };
  const outcome = await commit(
    deps.gateway,
    [
      create('names', nameId, { userId, username, state: 'active' }),
      create('users', userId, { ...profile, ...secrets }),
      ...accountTallies(userId).map((id) => create('tallies', id, { visible: 0, hidden: 0 })),
    ],
    async () => (await deps.store.names.find(nameId))?.userId === userId,
  );
  if (outcome !== 'done') throw taken();
  return profile;
}

/** Opens an account with the role user: 409 when the name is taken or was ever taken, one winner among any number. */
export async function register(deps: Deps, registration: Registration): Promise<Profile> {
  const { username, password } = registration;
  if (isReservedUsername(username))
    throw invalidField('username', 'username_reserved', 'is reserved; choose another one');
  await refuseWeakPassword(password, { username, field: 'password' });
  return serially(`register ${username}`, () => openAccount(deps, registration));
}
