import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startLocalAppwrite } from '../../src/index.ts';
import { type Arrival, delayMilliseconds, Workers } from '../../src/workers.ts';
import { send } from '../support/send.ts';
import { useLocalAppwrite } from './support/harness.ts';
import { writer } from './support/writer.ts';

const read: Arrival = {
  method: 'GET',
  path: '/v1/tablesdb/main/tables/notes/rows',
  toFunction: false,
};
const execution: Arrival = { method: 'POST', path: '/v1/functions/f/executions', toFunction: false };
const domain: Arrival = { method: 'GET', path: '/notes', toFunction: true };

/** Enters a request, and adds its name to `served` once a worker serves it. */
function entering(workers: Workers, served: string[]) {
  return async (name: string, arrival: Arrival): Promise<() => void> => {
    const release = await workers.acquire(arrival);
    served.push(name);
    return release;
  };
}

/** Lets all pending promises run. */
const rest = () => new Promise((resolve) => setImmediate(resolve));

describe('ten workers', () => {
  it('serve two executions at once, by domain or by API, and eight other requests beside them', async () => {
    const served: string[] = [];
    const enter = entering(new Workers(10), served);
    const releases = [await enter('domain', domain), await enter('execution', execution)];
    void enter('third', domain);
    for (let count = 0; count < 8; count += 1) await enter('read', read);
    expect(served).toEqual(['domain', 'execution', ...Array(8).fill('read')]);
    for (const release of releases) release();
    await rest();
    expect(served.at(-1)).toBe('third');
  });

  it('do not recognise domains without a proxy: such requests go to any idle worker', async () => {
    const served: string[] = [];
    const enter = entering(new Workers(10, { proxy: false }), served);
    for (let count = 0; count < 10; count += 1) await enter('domain', domain);
    void enter('execution', execution);
    await rest();
    expect(served).toEqual(Array(10).fill('domain'));
  });

  it('serve ten requests that are not executions at once, also with the last fifth', async () => {
    const enter = entering(new Workers(10), []);
    const all = Promise.all(Array.from({ length: 10 }, () => enter('read', read)));
    expect(await all).toHaveLength(10);
  });

  it('let a request wait for its assigned worker, even if another becomes idle first', async () => {
    const served: string[] = [];
    const enter = entering(new Workers(10, { random: () => 0.5 }), served);
    const releases = [];
    for (let count = 0; count < 10; count += 1) releases.push(await enter(`read ${count}`, read));
    void enter('late', read);
    for (const [number, release] of releases.entries()) if (number !== 4) release();
    await rest();
    expect(served).not.toContain('late');
    releases[4]?.();
    await rest();
    expect(served.at(-1)).toBe('late');
  });

  it('never let other requests wait for the last fifth', async () => {
    for (const random of [0, 0.999]) {
      const served: string[] = [];
      const enter = entering(new Workers(10, { random: () => random }), served);
      const executions = [await enter('e', execution), await enter('e', execution)];
      const reads = [];
      for (let count = 0; count < 8; count += 1) reads.push(await enter('read', read));
      void enter('late', read);
      for (const release of executions) release();
      await rest();
      expect(served).not.toContain('late');
      for (const release of reads) release();
      await rest();
      expect(served).toContain('late');
    }
  });
});

describe('a local Appwrite with workers', () => {
  const server = useLocalAppwrite({ functions: { writer } }, { workers: 2 });

  it('answers calls of a function while it holds its worker', async () => {
    const paths = ['/a', '/b', '/c', '/d'].map((name) => `${name}1${name}2`);
    const host = server.appwrite.functionHost('writer');
    const sent = await Promise.all(paths.map((path) => send(server.appwrite, { host, path })));
    expect(sent.map(({ body }) => JSON.parse(body.toString()).told)).toEqual(Array(4).fill([201, 201]));
  });

  it('keeps serving after a waiting caller has left', async () => {
    const host = server.appwrite.functionHost('writer');
    server.appwrite.faults.add({ kind: 'slow', functionId: 'writer', milliseconds: 100 });
    const first = send(server.appwrite, { host, path: '/slow' });
    await expect(send(server.appwrite, { host, path: '/left', signal: AbortSignal.timeout(20) })).rejects.toThrow();
    expect((await first).status).toBe(200);
    expect((await send(server.appwrite, { host, path: '/after' })).status).toBe(200);
    await server.appwrite.settle();
  });

  it('needs at least two', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'workers-'));
    for (const workers of [1, 0, 2.5, Number.NaN]) {
      await expect(startLocalAppwrite({ dataDir, workers })).rejects.toThrow('must be a whole number from 2 on');
    }
    rmSync(dataDir, { recursive: true });
  });
});

describe('the delay of a call', () => {
  it('is that of a read or a write, plus that of an execution', () => {
    expect(delayMilliseconds(read)).toBe(6);
    expect(delayMilliseconds({ ...read, method: 'PATCH' })).toBe(12);
    expect(delayMilliseconds({ ...execution, method: 'GET' })).toBe(6);
    expect(delayMilliseconds(execution)).toBe(12 + 17);
    expect(delayMilliseconds(domain)).toBe(17);
  });
});
