import { newSecret } from '../access/keys.ts';
import type { Call, Reply, Route } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import type { Definition } from '../project/definitions.ts';
import { allParameters, idParameter, scopesParameter, textParameter } from './management/fields.ts';
import { listing } from './management/listing.ts';
import { refuseDeclared } from './management/naming.ts';

type Parts = Pick<Platform, 'management' | 'clock'>;

/** Health, ping and keys, and calls that only check scopes. */
export function generalRoutes(parts: Parts): Route[] {
  return [...healthRoutes(), ...keyRoutes(parts), ...refusedRoutes()];
}

function healthRoutes(): Route[] {
  const pass: Reply = { status: 200, body: { name: 'http', ping: 1, status: 'pass' } };
  const version: Reply = { status: 200, body: { version: '1.9.6' } };
  const pong: Reply = {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
    body: Buffer.from('Pong!'),
  };
  return [
    { method: 'GET', path: '/v1/health', scopes: ['health.read'], handle: () => pass },
    { method: 'GET', path: '/v1/health/version', scopes: ['public'], handle: () => version },
    { method: 'GET', path: '/v1/ping', scopes: ['global'], handle: () => pong },
  ];
}

function keyRoutes(parts: Parts): Route[] {
  const path = '/v1/project/keys';
  const list = (call: Call) => listing(call, parts.management.definitions.list('key'), { name: 'keys' });
  return [
    { method: 'GET', path, scopes: ['keys.read'], handle: list },
    { method: 'POST', path, scopes: ['keys.write'], handle: (call) => ({ status: 201, body: createKey(parts, call) }) },
  ];
}

function createKey({ management, clock }: Parts, call: Call): Definition {
  const { definitions } = management;
  refuseDeclared(definitions);
  const $id = idParameter(call, 'keyId', clock.now());
  const name = textParameter(call, 'name', { max: 128 });
  const scopes = scopesParameter(call);
  if (allParameters(call).expire)
    throw new ApiError('general_not_implemented_locally', 'The local Appwrite does not support keys that expire.');
  if (definitions.find('key', $id)) throw new ApiError('key_already_exists');
  const key = { $id, name, scopes, expire: '', secret: newSecret(), accessedAt: '', sdks: [] };
  return definitions.create('key', $id, key);
}

/** Calls that are not implemented: without the scope they are refused as on a real Appwrite, otherwise 501. */
function refusedRoutes(): Route[] {
  const routes: [string, string, string][] = [
    ['GET', '/v1/locale', 'locale.read'],
    ['GET', '/v1/account', 'account'],
    ['GET', '/v1/console/variables', 'projects.read'],
    ['GET', '/v1/functions/runtimes', 'public'],
  ];
  return routes.map(([method, path, scope]) => ({ method, path, scopes: [scope], handle: () => refuse(method, path) }));
}

function refuse(method: string, path: string): never {
  throw new ApiError('general_not_implemented_locally', `The local Appwrite does not answer ${method} ${path}.`);
}
