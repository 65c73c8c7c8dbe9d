import { describe, expect, it } from 'vitest';
import { keyHeaders, type Sent, send } from '../support/send.ts';
import { useContract } from './support/contract.ts';
import { notes } from './support/make-tables.ts';

const contract = useContract({ tables: [notes] });
const path = `/v1/tablesdb/${contract.databaseId}/tables/notes/rows`;
const foreign = 'https://somewhere.example';

const ask = (method: string, headers: Record<string, string>): Promise<Sent> =>
  send(contract.target, { method, path, headers });

describe('a call from a web page', () => {
  it('of an unregistered origin is refused, without access-control-allow-origin', async () => {
    const { projectId } = contract.target;
    const sent = await ask('GET', { origin: foreign, 'x-appwrite-project': projectId });
    expect(sent.status).toBe(403);
    expect(JSON.parse(sent.body.toString()).type).toBe('general_unknown_origin');
    expect(sent.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('of an unregistered origin is answered if it has a key', async () => {
    expect((await ask('GET', { origin: foreign, ...keyHeaders(contract.target) })).status).toBe(200);
  });

  it('gets a fixed list of allowed headers, without those of functions', async () => {
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'token,username' };
    const sent = await ask('OPTIONS', { origin: 'http://localhost', ...asked });
    expect(sent.status).toBe(204);
    const allowed = String(sent.headers['access-control-allow-headers']).toLowerCase().split(', ');
    expect(allowed).toContain('x-appwrite-project');
    expect(allowed).toContain('content-type');
    expect(allowed).not.toContain('token');
    expect(allowed).not.toContain('username');
    expect(sent.headers['access-control-allow-methods']).toContain('DELETE');
  });
});
