import { type Account, findByUsername } from '#shared/appwrite/accounts.ts';
import { nameMarkOf, replaceNameWords } from '#shared/appwrite/name-words.ts';
import type { AccountNews } from '#shared/appwrite/outbox.ts';
import type { Deps } from '#shared/compose.ts';
import type { Language, Notify } from '#shared/domain/account.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { queueRefusal } from '../auth/hash-queue.ts';
import { newEpoch } from '../auth/logout.ts';
import type { AccountActor } from '../auth/open-session.ts';
import {
  givingBack,
  NOTHING_RESERVED,
  reserveAccountChange,
  reserveConfirmation,
  withRateLimit,
} from '../rate-limits.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import { planEmailChange } from './change-email.ts';
import { confirmPassword } from './confirm-password.ts';
import { noSuchAccount } from './read-account.ts';
import { refuseWeakPassword } from './weak-passwords.ts';
import { type AccountPatch, type AlsoWritten, writeAccount } from './write-account.ts';

/** `accountId`: the actor's id, known before the account is read. */
export type AccountChange = {
  accountId: string;
  username?: string | undefined;
  name?: string | undefined;
  phone?: string | null | undefined;
  password?: string | undefined;
  currentPassword?: string | undefined;
  email?: string | null | undefined;
  language?: Language | undefined;
  notify?: Notify | undefined;
};

/** Fields that only the account's owner may change, not an admin. */
const PERSONAL = ['email', 'language', 'notify'] as const;
/** Fields that need the present password, in case the token was stolen. */
const GUARDED = { password: 'your password', email: 'your e-mail address' } as const;

function refuseUnauthorized(actor: AccountActor, change: AccountChange): void {
  const username = change.username ?? actor.username;
  const self = username === actor.username;
  if (!mayOnAccount(actor, self ? 'change' : 'reset', username)) {
    throw new Refusal('forbidden', 'Only an admin may change the account of somebody else.');
  }
  const personal = self ? undefined : PERSONAL.find((name) => change[name] !== undefined);
  if (personal) throw new Refusal('forbidden', `Only the person may change their own ${personal}.`);
}

/** Checks the present password if people change their own password or address. An admin's reset does not need it. */
async function confirmGuarded(deps: Deps, actor: AccountActor, change: AccountChange): Promise<void> {
  const guarded = (['password', 'email'] as const).find((name) => change[name] !== undefined);
  if (!guarded || (change.username ?? actor.username) !== actor.username) return;
  if (change.currentPassword === undefined) {
    throw invalidField('currentPassword', 'required', `is required to change ${GUARDED[guarded]}`);
  }
  await confirmPassword(deps, actor, change.currentPassword);
}

async function newSecrets(deps: Deps, { password }: AccountChange): Promise<AccountPatch> {
  if (password === undefined) return {};
  const requester = { network: deps.address, known: true };
  return { passwordHash: await deps.hasher().hash(password, requester).catch(queueRefusal), ...newEpoch() };
}

/** The columns that the change writes to this version of the account, and the operations of the same transaction. */
function planChange(
  row: Account,
  { change, secrets, byId, now }: Planned,
): { patch: AccountPatch; along: AlsoWritten } {
  const { name, phone, language, notify } = change;
  const address = planEmailChange(row, change.email, now);
  const patch = {
    changedAt: now.toISOString(),
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(language === undefined ? {} : { language }),
    ...(notify === undefined ? {} : { notify }),
    ...address.patch,
    ...secrets,
    ...(name === undefined ? {} : { textMark: nameMarkOf({ username: row.username, name }) }),
  };
  const changed: AccountNews[] =
    secrets.passwordHash === undefined ? [] : [{ kind: 'password.changed', at: now, accountId: row.$id, byId }];
  // Also if the name is the same but was edited in the console: the stored words are then those of the earlier name.
  const renamed = patch.textMark !== undefined && patch.textMark !== row.textMark;
  const operations = renamed && name !== undefined ? replaceNameWords(row.$id, { username: row.username, name }) : [];
  return { patch, along: { news: [...changed, ...address.news], operations } };
}

type Planned = { change: AccountChange; secrets: AccountPatch; byId: string | undefined; now: Date };

/**
 * Reads the account again. 401 if people change their own account and its epoch has changed, which ended their token.
 */
async function reread(deps: Deps, before: Account, self: boolean): Promise<Account> {
  const row = await deps.store.users.find(before.$id);
  if (!row) throw noSuchAccount();
  if (self && row.epoch !== before.epoch) {
    throw new Refusal('token_invalid', 'The token is not valid any more. Log in again.');
  }
  return row;
}

/**
 * Changes one's own account or, for an admin, name, phone and password of another. A new password ends all tokens of
 * the account. Changing one's own password or address needs the present password: 422 without it, 403 if it is wrong.
 * 429 after too many changes.
 */
export function changeAccount(deps: Deps, asking: Promise<AccountActor>, change: AccountChange): Promise<Account> {
  const role = asking.then((actor) => actor.role);
  return withRateLimit(reserveAccountChange(deps, change.accountId, role), async (charge) =>
    changeWithin(deps, await asking, { ...change, charge }),
  );
}

type ChargedChange = AccountChange & { charge(): Promise<void> };

async function changeWithin(deps: Deps, actor: AccountActor, { charge, ...change }: ChargedChange): Promise<Account> {
  refuseUnauthorized(actor, change);
  const username = change.username ?? actor.username;
  const self = username === actor.username;
  if (change.password !== undefined) refuseWeakPassword(change.password, { username, field: 'password' });
  const row = self ? actor.account : await findByUsername(deps.store, username);
  if (!row) throw noSuchAccount();
  await confirmGuarded(deps, actor, change);
  await charge();
  const now = deps.clock.now();
  const isMailed = planEmailChange(row, change.email, now).news.some(({ kind }) => kind === 'email.confirm');
  const reserved = isMailed ? await reserveConfirmation(deps, change.email ?? '', row.$id) : NOTHING_RESERVED;
  return givingBack(reserved, async () => {
    const planned = { change, secrets: await newSecrets(deps, change), byId: self ? undefined : actor.id, now };
    let current: Account | undefined;
    return retryOnConflict(deps.clock, 'this account', async () => {
      current = current ? await reread(deps, current, self) : row;
      const { patch, along } = planChange(current, planned);
      return writeAccount(deps, current, patch, along);
    });
  });
}
