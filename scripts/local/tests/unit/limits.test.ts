import { describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { echo } from './support/echo.ts';
import { useLocalAppwrite } from './support/harness.ts';
import { refusal } from './support/refusal.ts';

const server = useLocalAppwrite({ functions: { echo } }, { syncTimeout: 0.6, webPlatforms: ['app.example'] });

describe('a synchronous caller', () => {
  it('gets a timeout error, while the function keeps running', async () => {
    const call = server.functions.createExecution({ functionId: 'echo', xpath: '/hang' });
    expect(await refusal(call)).toBe('408 function_synchronous_timeout');
    const sent = await send(server.appwrite, { host: server.appwrite.functionHost('echo'), path: '/hang' });
    expect(sent.status).toBe(408);
    expect(sent.body.toString()).toContain('function_synchronous_timeout');
    await server.appwrite.settle();
    let ranOn = '';
    for (let tries = 0; tries < 60 && ranOn !== 'true'; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const after = await send(server.appwrite, { host: server.appwrite.functionHost('echo'), path: '/ran-on' });
      ranOn = after.body.toString();
    }
    expect(ranOn).toBe('true');
  });
});

describe('a web page', () => {
  it('of a registered host or of this machine may call, with its origin allowed', async () => {
    for (const origin of ['https://app.example', 'http://localhost:5173']) {
      const headers = { origin, 'x-appwrite-project': server.appwrite.projectId };
      const sent = await send(server.appwrite, { path: '/v1/health/version', headers });
      expect(sent.status).toBe(200);
      expect(sent.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
      });
    }
  });
});
