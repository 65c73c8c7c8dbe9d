import type { Route } from '../http/call.ts';

export const version = '1.9.6';

export function healthRoutes(): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/health',
      scopes: ['health.read'],
      handle: () => ({ status: 200, body: { name: 'http', ping: 1, status: 'pass' } }),
    },
    { method: 'GET', path: '/v1/health/version', scopes: [], handle: () => ({ status: 200, body: { version } }) },
    {
      method: 'GET',
      path: '/v1/ping',
      scopes: [],
      handle: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from('Pong!') }),
    },
  ];
}
