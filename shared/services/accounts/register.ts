import { isNameTaken, nameRowId } from '#shared/appwrite/accounts.ts';
import { bucketOf, type Reservation } from '#shared/appwrite/limits.ts';
import { createNameWords, nameMarkOf } from '#shared/appwrite/name-words.ts';
import { outboxOperation } from '#shared/appwrite/outbox.ts';
import { accountTallies } from '#shared/appwrite/tallies.ts';
import { begin, commit, create } from '#shared/appwrite/transaction.ts';
import type { Deps } from '#shared/compose.ts';
import { isReservedUsername, type Language, type Notify } from '#shared/domain/account.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { queueRefusal, refuseWhenFull } from '../auth/hash-queue.ts';
import { addressesAfter } from '../auth/known-addresses.ts';
import { newEpoch } from '../auth/logout.ts';
import { withMutex } from '../keyed-mutex.ts';
import { givingBack, NOTHING_RESERVED, reserveConfirmation, reserveOrRefuse } from '../rate-limits.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import type { Profile } from './profile.ts';
import { refuseWeakPassword } from './weak-passwords.ts';

/** `username` is in canonical spelling. */
export type Registration = Pick<Profile, 'username' | 'name' | 'phone'> & {
  password: string;
  email?: string | null | undefined;
  language?: Language | undefined;
  notify?: Notify | undefined;
};

function taken(): Refusal {
  return new Refusal('username_taken', 'This username is taken. Choose another one.');
}

/** A use also counts if the name is taken, so that names cannot be probed without limit. */
function reserveRegistration(deps: Deps): Promise<Reservation> {
  const max = deps.config.registrationsPerHour;
  const limit = { kind: 'register', subject: bucketOf(deps.address), windowMs: HOUR, max };
  return reserveOrRefuse(deps, limit, 'Too many registrations from this address.');
}

type Opening = { registration: Registration; nameId: string; reserving: Promise<Reservation> };

async function openAccount(deps: Deps, opening: Opening): Promise<Profile> {
  const { registration, nameId, reserving } = opening;
  const [earlier] = await Promise.all([deps.store.names.find(nameId), reserving]);
  if (earlier) throw taken();
  const { email } = registration;
  const reserved = typeof email === 'string' ? await reserveConfirmation(deps, email) : NOTHING_RESERVED;
  return givingBack(reserved, () => writeNew(deps, opening));
}

async function writeNew(deps: Deps, { registration, nameId }: Opening): Promise<Profile> {
  const { username, password, name, phone, email = null, language = null, notify = null } = registration;
  // Opened in parallel with the hash. An unused transaction expires.
  const begun = begin(deps.gateway);
  begun.catch(() => undefined);
  const passwordHash = await deps.hasher().hash(password, { network: deps.address, known: false }).catch(queueRefusal);
  const userId = randomId();
  const now = deps.clock.now();
  const at = now.toISOString();
  const address = { email, emailConfirmed: email === null ? null : false, emailPending: null };
  const times = { registeredAt: at, changedAt: at };
  const profile: Profile = { username, name, phone, role: 'user', ...address, language, notify, ...times };
  const news = email === null ? [] : [outboxOperation({ kind: 'email.confirm', at: now, accountId: userId })];
  const known = addressesAfter({ $id: userId, knownAddresses: [] }, deps.address, now);
  const secrets = { passwordHash, ...newEpoch(), knownAddresses: JSON.stringify(known ?? []), writes: 0 };
  const operations = [
    create('identities', userId, { usernames: username, state: 'active' }),
    create('names', nameId, { taken: true }),
    create('users', userId, { ...profile, ...secrets, textMark: nameMarkOf(profile) }),
    createNameWords(userId, profile),
    ...news,
    ...accountTallies(userId).map((id) => create('tallies', id, { visible: 0, hidden: 0 })),
  ];
  const wasCommitted = async () => (await deps.store.users.find(userId)) !== undefined;
  let transaction: Promise<string> | undefined = begun;
  return retryOnConflict(deps.clock, 'accounts', async () => {
    const outcome = await commit(deps.gateway, { operations, wasCommitted }, transaction);
    transaction = undefined;
    if (outcome === 'done') return profile;
    // On MongoDB a commit may conflict with one that fails itself, so the name may still be free.
    if (await isNameTaken(deps.store, { username, nameId })) throw taken();
    return undefined;
  });
}

/**
 * Opens an account with the role `user`: 409 if the name is or was ever taken. Of concurrent registrations of a name
 * one succeeds.
 */
export async function register(deps: Deps, registration: Registration): Promise<Profile> {
  const { username, password } = registration;
  if (isReservedUsername(username))
    throw invalidField(
      'username',
      'username_reserved',
      'must be a name that is not reserved; choose another one',
      username,
    );
  refuseWeakPassword(password, { username, field: 'password' });
  refuseWhenFull(deps);
  const nameId = await nameRowId(username);
  const reserving = reserveRegistration(deps);
  reserving.catch(() => undefined);
  try {
    // One request per name at a time in this process, so that the others are refused before they hash a password.
    return await withMutex(`register ${username}`, () => openAccount(deps, { registration, nameId, reserving }));
  } catch (error) {
    const wasTaken = error instanceof Refusal && error.code === 'username_taken';
    if (!wasTaken) {
      const reservation = await reserving.catch(() => undefined);
      await reservation?.undo().catch(() => undefined);
    }
    throw error;
  }
}
