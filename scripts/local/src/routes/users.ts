import { argon2Sync, randomBytes } from 'node:crypto';
import { formatDate } from '../clock.ts';
import { bodyOrQueryParameter, type Call, type Fields, isFields, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';
import { uniqueId } from '../ids.ts';
import type { Platform } from '../platform.ts';
import type { Row } from '../rows/types.ts';
import { booleanParameter, idParameter, textParameter, textsParameter } from './management/fields.ts';

type Parts = Pick<Platform, 'messaging' | 'clock'>;

const argon2 = { type: 'argon2', memory_cost: 65_536, time_cost: 4, threads: 3 };
const emailForm = /^[\x21-\x3f\x41-\x7e]+@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/i;
const phoneForm = /^\+[1-9]\d{6,14}$/;

/** Users as an API key manages them. They cannot log in here. */
export function userRoutes(parts: Parts): Route[] {
  const { users } = parts.messaging;
  const one = '/v1/users/:userId';
  const read = ['users.read'];
  const write = ['users.write'];
  const show = (user: Row) => showUser(parts, user);
  const nothing = (name: string) => (call: Call) => {
    requireUser(parts, call);
    return { status: 200, body: { total: 0, [name]: [] } };
  };
  const setting =
    (name: string, give: (call: Call) => unknown): Route['handle'] =>
    (call) => {
      const { $id } = requireUser(parts, call);
      return { status: 200, body: show(change(parts, $id, { [name]: give(call) })) };
    };
  const patch = (name: string, handle: Route['handle']): Route => {
    return { method: 'PATCH', path: `${one}/${name}`, scopes: write, handle };
  };
  const verified = (call: Call) => booleanParameter(call, 'emailVerification');
  return [
    { method: 'GET', path: '/v1/users', scopes: read, handle: (call) => users.list(call, show) },
    { method: 'POST', path: '/v1/users', scopes: write, handle: (call) => createUser(parts, call) },
    {
      method: 'GET',
      path: one,
      scopes: read,
      handle: (call) => ({ status: 200, body: show(requireUser(parts, call)) }),
    },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => removeUser(parts, call) },
    ...['logs', 'sessions', 'memberships'].map((name): Route => {
      return { method: 'GET', path: `${one}/${name}`, scopes: read, handle: nothing(name) };
    }),
    patch('email', (call) => updateEmail(parts, call)),
    patch(
      'name',
      setting('name', (call) => textParameter(call, 'name', { fallback: '', max: 128 })),
    ),
    patch('verification', setting('emailVerification', verified)),
    patch(
      'status',
      setting('status', (call) => booleanParameter(call, 'status')),
    ),
    patch('prefs', (call) => updatePrefs(parts, call)),
    {
      ...patch(
        'labels',
        setting('labels', (call) => textsParameter(call, 'labels')),
      ),
      method: 'PUT',
    },
    ...targetRoutes(parts),
  ];
}

function targetRoutes(parts: Parts): Route[] {
  const all = '/v1/users/:userId/targets';
  const one = `${all}/:targetId`;
  const read = ['targets.read'];
  const write = ['targets.write'];
  const list = (call: Call) => parts.messaging.targets.list(call, showTarget, { userId: requireUser(parts, call).$id });
  const get = (call: Call) => ({ status: 200, body: showTarget(requireTarget(parts, call)) });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'POST', path: all, scopes: write, handle: (call) => createTarget(parts, call) },
    { method: 'GET', path: one, scopes: read, handle: get },
    { method: 'PATCH', path: one, scopes: write, handle: (call) => updateTarget(parts, call) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => removeTarget(parts, call) },
  ];
}

function createUser(parts: Parts, call: Call): Reply {
  const { messaging, clock } = parts;
  const id = idParameter(call, 'userId', clock.now());
  const email = matchingParameter(call, 'email', emailForm)?.toLowerCase() ?? null;
  const phone = matchingParameter(call, 'phone', phoneForm) ?? null;
  const password = passwordParameter(call);
  const name = textParameter(call, 'name', { fallback: '', max: 128 });
  const known = [
    ...(email === null ? [] : messaging.users.all({ email })),
    ...(phone === null ? [] : messaging.users.all({ phone })),
  ];
  if (known.length > 0) throw new ApiError('user_already_exists');
  const now = formatDate(clock.now());
  const user = messaging.users.create(id, {
    ...{ name, email, phone, password, passwordUpdate: password === null ? null : now, registration: now },
    ...{ status: true, emailVerification: false, phoneVerification: false, mfa: false, labels: [], prefs: '{}' },
    search: searchOf({ $id: id, name, email, phone }),
  });
  if (email !== null) addTarget(parts, user, { providerType: 'email', identifier: email });
  if (phone !== null) addTarget(parts, user, { providerType: 'sms', identifier: phone });
  return { status: 201, body: showUser(parts, user) };
}

/** Updates the target of the old address too; '' removes address and target. */
function updateEmail(parts: Parts, call: Call): Reply {
  const { targets } = parts.messaging;
  const user = requireUser(parts, call);
  const given = bodyOrQueryParameter(call, 'email');
  const email = given === '' ? null : (matchingParameter(call, 'email', emailForm)?.toLowerCase() ?? null);
  if (given === undefined || given === null) throw invalidParam('email', 'Param "email" is not optional.');
  if (email !== null && targets.all({ identifier: email }).length > 0) throw new ApiError('user_target_already_exists');
  const old = targets.all({ userId: user.$id, identifier: String(user.email ?? '') })[0];
  if (old && email === null) targets.remove(old);
  else if (old) targets.update(old.$id, { identifier: email });
  else if (email !== null) addTarget(parts, user, { providerType: 'email', identifier: email });
  return { status: 200, body: showUser(parts, change(parts, user.$id, { email, emailVerification: false })) };
}

function updatePrefs(parts: Parts, call: Call): Reply {
  const { $id } = requireUser(parts, call);
  const prefs = bodyOrQueryParameter(call, 'prefs');
  if (!isFields(prefs)) throw invalidParam('prefs', 'Value must be a valid object.');
  change(parts, $id, { prefs: JSON.stringify(prefs) });
  return { status: 200, body: prefs };
}

function change({ messaging: { users } }: Parts, id: string, values: Fields): Row {
  const search = searchOf({ ...users.find(id), ...values, $id: id });
  return users.update(id, { ...values, search });
}

function searchOf({ $id, name, email, phone }: Fields): string {
  return [$id, name, email, phone].filter(Boolean).join(' ');
}

function removeUser(parts: Parts, call: Call): Reply {
  const { users, targets, subscribers } = parts.messaging;
  const user = requireUser(parts, call);
  for (const subscriber of subscribers.all({ userId: user.$id })) subscribers.remove(subscriber);
  for (const target of targets.all({ userId: user.$id })) targets.remove(target);
  users.remove(user);
  return { status: 204 };
}

function requireUser({ messaging }: Parts, call: Call): Row {
  const user = messaging.users.find(param(call, 'userId'));
  if (!user) throw new ApiError('user_not_found');
  return user;
}

function showUser({ messaging }: Parts, { search, $sequence, $permissions, ...user }: Row): Fields {
  const email = user.email ?? '';
  const known = email !== '';
  return {
    ...user,
    ...{ email, phone: user.phone ?? '', password: user.password, hash: argon2.type, hashOptions: argon2 },
    ...{ passwordUpdate: user.passwordUpdate ?? '', prefs: JSON.parse(String(user.prefs)), accessedAt: '' },
    ...{ emailCanonical: known ? email : null, emailIsCanonical: known || null },
    ...{ emailIsFree: known ? false : null, emailIsDisposable: known ? false : null, emailIsCorporate: known || null },
    ...{ impersonator: false, impersonatorUserId: null },
    targets: messaging.targets.all({ userId: user.$id }).map(showTarget),
  };
}

function createTarget(parts: Parts, call: Call): Reply {
  const { messaging, clock } = parts;
  const id = idParameter(call, 'targetId', clock.now());
  const providerType = textParameter(call, 'providerType', { max: 16 });
  if (!['email', 'sms', 'push'].includes(providerType)) {
    throw invalidParam('providerType', 'Value must be one of (email, sms, push)');
  }
  const identifier = identifierParameter(call, providerType);
  const name = textParameter(call, 'name', { fallback: '', max: 128 });
  const user = requireUser(parts, call);
  const provider = messaging.providers.find(String(bodyOrQueryParameter(call, 'providerId') ?? ''));
  const providerId = provider?.type === providerType ? provider.$id : null;
  return { status: 201, body: showTarget(addTarget(parts, user, { id, providerType, identifier, name, providerId })) };
}

type NewTarget = { id?: string; providerType: string; identifier: string; name?: string; providerId?: string | null };

function addTarget({ messaging: { targets }, clock }: Parts, { $id: userId }: Row, wanted: NewTarget): Row {
  const { id = uniqueId(clock.now()), name = '', providerId = null, ...rest } = wanted;
  if (targets.all({ identifier: rest.identifier }).length > 0) throw new ApiError('user_target_already_exists');
  return targets.create(id, { ...rest, userId, name, providerId });
}

function updateTarget(parts: Parts, call: Call): Reply {
  const { targets } = parts.messaging;
  const target = requireTarget(parts, call);
  const old = String(target.identifier);
  const identifier = bodyOrQueryParameter(call, 'identifier')
    ? identifierParameter(call, String(target.providerType))
    : old;
  if (identifier !== old && targets.all({ identifier }).length > 0) throw new ApiError('user_target_already_exists');
  const name = textParameter(call, 'name', { fallback: String(target.name), max: 128 });
  return { status: 200, body: showTarget(targets.update(target.$id, { identifier, name })) };
}

function removeTarget(parts: Parts, call: Call): Reply {
  const { targets, subscribers } = parts.messaging;
  const target = requireTarget(parts, call);
  for (const subscriber of subscribers.all({ targetId: target.$id })) subscribers.remove(subscriber);
  targets.remove(target);
  return { status: 204 };
}

function requireTarget(parts: Parts, call: Call): Row {
  const { $id } = requireUser(parts, call);
  const target = parts.messaging.targets.find(param(call, 'targetId'));
  if (target?.userId !== $id) throw new ApiError('user_target_not_found');
  return target;
}

export function showTarget({ $permissions, $sequence, ...target }: Row): Fields {
  return { ...target, expired: false };
}

function matchingParameter(call: Call, name: string, form: RegExp): string | undefined {
  const value = bodyOrQueryParameter(call, name) ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !form.test(value)) throw invalidParam(name, `Value must be a valid ${name}`);
  return value;
}

function identifierParameter(call: Call, providerType: string): string {
  const identifier = textParameter(call, 'identifier', { max: 2048 });
  if (providerType === 'email' && !emailForm.test(identifier)) throw new ApiError('general_invalid_email');
  if (providerType === 'sms' && !phoneForm.test(identifier)) throw new ApiError('general_invalid_phone');
  return identifier;
}

/** Hashes the password as Appwrite does, though nothing checks it here. */
function passwordParameter(call: Call): string | null {
  const password = bodyOrQueryParameter(call, 'password') ?? null;
  if (password === null) return null;
  if (typeof password !== 'string' || password.length < 8 || password.length > 256) {
    throw invalidParam('password', 'Password must be between 8 and 256 characters long.');
  }
  const [memory, passes, parallelism] = [argon2.memory_cost, argon2.time_cost, argon2.threads];
  const hash = argon2Sync('argon2id', {
    message: password,
    nonce: randomBytes(16),
    parallelism,
    tagLength: 32,
    memory,
    passes,
  });
  return hash.toString('base64');
}
