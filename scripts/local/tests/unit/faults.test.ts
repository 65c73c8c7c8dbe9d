import { ID, Query } from 'node-appwrite';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallFault } from '../../src/faults/fault.ts';
import { type Sent, send } from '../support/send.ts';
import { useLocalAppwrite } from './support/harness.ts';
import { writer } from './support/writer.ts';

const server = useLocalAppwrite({ functions: { writer } });
const rowsPath = '/v1/tablesdb/main/tables/notes/rows';
const title = () => ID.unique();

afterEach(() => server.appwrite.faults.clear());

function create(rowId: string): Promise<Sent> {
  return send(server.appwrite, {
    method: 'POST',
    path: rowsPath,
    headers: {
      'content-type': 'application/json',
      'x-appwrite-project': 'test',
      'x-appwrite-key': server.appwrite.apiKey,
    },
    body: JSON.stringify({ rowId, data: { title: title() } }),
  });
}

async function exists(rowId: string): Promise<boolean> {
  const queries = [Query.equal('$id', rowId)];
  return (await server.tables.listRows({ databaseId: 'main', tableId: 'notes', queries })).total === 1;
}

/** Creates a row while the fault is planned for it. */
async function createWithFault(fault: CallFault): Promise<{ rowId: string; sent: Sent | undefined }> {
  server.appwrite.faults.add({ ...fault, method: 'POST', path: '/v1/tablesdb/*/tables/notes/rows' });
  const rowId = ID.unique();
  return { rowId, sent: await create(rowId).catch(() => undefined) };
}

/** Which call ends first: one that a fault delays, or one that is sent after it. */
async function firstAnswered(delayed: Promise<unknown>): Promise<'delayed' | 'later'> {
  const later = fetch(`${server.appwrite.endpoint}/health`).then(() => 'later' as const);
  return Promise.race([delayed.then(() => 'delayed' as const), later]);
}

describe('a call that fails with an answer', () => {
  it.each([
    [{ kind: 'rate-limit', retryAfter: 7 }, 429, 'general_rate_limit_exceeded'],
    [{ kind: 'server-error' }, 500, 'general_unknown'],
    [{ kind: 'storage-full' }, 500, 'general_server_error'],
    [{ kind: 'database-full' }, 500, 'general_unknown'],
    [{ kind: 'commit-failed' }, 400, 'transaction_failed'],
  ] as [CallFault, number, string][])('%o has no effect and answers with its error', async (fault, status, type) => {
    const { rowId, sent } = await createWithFault(fault);
    expect(sent?.status).toBe(status);
    expect(JSON.parse(String(sent?.body))).toMatchObject({ code: status, type, version: '1.9.6' });
    if (fault.retryAfter) expect(sent?.headers['retry-after']).toBe('7');
    expect(await exists(rowId)).toBe(false);
  });

  it('may get an HTML page of a proxy', async () => {
    const { rowId, sent } = await createWithFault({ kind: 'html-502' });
    expect(sent?.status).toBe(502);
    expect(sent?.headers['content-type']).toBe('text/html');
    expect(String(sent?.body)).toContain('<html>');
    expect(await exists(rowId)).toBe(false);
  });

  it('may have taken effect', async () => {
    const { rowId, sent } = await createWithFault({ kind: 'server-error', effect: 'done' });
    expect(sent?.status).toBe(500);
    expect(await exists(rowId)).toBe(true);
  });

  it('may get truncated JSON', async () => {
    const { rowId, sent } = await createWithFault({ kind: 'truncated-json' });
    expect(sent?.status).toBe(201);
    expect(() => JSON.parse(String(sent?.body))).toThrow();
    expect(await exists(rowId)).toBe(true);
  });

  it('may get JSON of a wrong shape', async () => {
    const { rowId, sent } = await createWithFault({ kind: 'wrong-json' });
    expect(sent?.status).toBe(201);
    expect(JSON.parse(String(sent?.body))).not.toHaveProperty('$id');
    expect(await exists(rowId)).toBe(true);
  });
});

describe('a call that fails without an answer', () => {
  it('has its connection reset before the effect', async () => {
    const { rowId, sent } = await createWithFault({ kind: 'reset' });
    expect(sent).toBeUndefined();
    expect(await exists(rowId)).toBe(false);
  });

  it('has its connection reset after the effect', async () => {
    const { rowId, sent } = await createWithFault({ kind: 'reset', effect: 'done' });
    expect(sent).toBeUndefined();
    expect(await exists(rowId)).toBe(true);
  });

  it('hangs without effect', async () => {
    const hanging = createWithFault({ kind: 'hang', milliseconds: 400 });
    expect(await firstAnswered(hanging)).toBe('later');
    const { rowId, sent } = await hanging;
    expect(sent).toBeUndefined();
    expect(await exists(rowId)).toBe(false);
  });

  it('hangs after its effect', async () => {
    const { rowId } = await createWithFault({ kind: 'hang', effect: 'done', milliseconds: 50 });
    expect(await exists(rowId)).toBe(true);
  });

  it('hangs, and takes effect late', async () => {
    const { rowId } = await createWithFault({ kind: 'hang', effect: 'late', lateBy: 60_000, milliseconds: 50 });
    expect(await exists(rowId)).toBe(false);
    expect(await server.appwrite.faults.applyLate()).toBe(1);
    expect(await exists(rowId)).toBe(true);
  });

  it('hangs until the client leaves', async () => {
    server.appwrite.faults.add({ kind: 'hang', path: '**' });
    const url = `${server.appwrite.endpoint}/health`;
    await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    await server.appwrite.settle();
  });
});

describe('a call that is slow', () => {
  it('gets its real answer later', async () => {
    const slow = createWithFault({ kind: 'slow', milliseconds: 400 });
    expect(await firstAnswered(slow)).toBe('later');
    const { rowId, sent } = await slow;
    expect(sent?.status).toBe(201);
    expect(await exists(rowId)).toBe(true);
  });
});

describe('a fault', () => {
  it('strikes the nth matching call, as often as `times` says', async () => {
    const planned = server.appwrite.faults.add({ kind: 'server-error', method: 'POST', nth: 2, times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 5; call += 1) statuses.push((await create(ID.unique())).status);
    expect(statuses).toEqual([201, 500, 500, 201, 201]);
    expect(planned).toMatchObject({ seen: 5, hits: 2 });
  });

  it('strikes only what it names, and nothing once it is removed', async () => {
    const other = server.appwrite.faults.add({ kind: 'reset', path: '/v1/storage/**', times: 0 });
    const reading = server.appwrite.faults.add({ kind: 'reset', method: 'GET', path: rowsPath });
    expect((await create(ID.unique())).status).toBe(201);
    expect(other.seen + reading.seen).toBe(0);
    reading.remove();
    expect(await exists('nothing')).toBe(false);
  });

  it('is recorded in the log of calls', async () => {
    await createWithFault({ kind: 'reset' });
    expect(server.appwrite.calls.all().at(-1)).toMatchObject({ status: 0, fault: 'reset' });
  });
});

describe('a function', () => {
  const run = async (path: string) => {
    const sent = await send(server.appwrite, { host: server.appwrite.functionHost('writer'), path });
    return { status: sent.status, body: sent.status === 200 ? JSON.parse(String(sent.body)) : undefined };
  };

  it('is killed at a given call, before or after its effect, and starts again', async () => {
    const names = [1, 2, 3, 4, 5].map(() => ID.unique());
    const [a, b, c, d, e] = names;
    await run(`/${a}`);
    server.appwrite.faults.add({ kind: 'kill', functionId: 'writer', nth: 2 });
    expect((await run(`/${b}/${c}`)).status).toBe(500);
    server.appwrite.faults.add({ kind: 'kill', effect: 'done', functionId: 'writer' });
    expect((await run(`/${d}/${e}`)).status).toBe(500);
    const written = await Promise.all(names.map((name) => exists(name)));
    expect(written).toEqual([true, true, false, true, false]);
    expect((await run('/')).body.count).toBe(1);
  });

  it('is cut off from a given call on, for that execution only', async () => {
    const names = [1, 2, 3, 4].map(() => ID.unique());
    server.appwrite.faults.add({ kind: 'cut', functionId: '*', nth: 2 });
    expect((await run(`/${names.slice(0, 3).join('/')}`)).body.told).toEqual([201, 'cut', 'cut']);
    expect((await run(`/${names[3]}`)).body.told).toEqual([201]);
  });

  it('is struck by its own faults only, not other callers', async () => {
    server.appwrite.faults.add({ kind: 'rate-limit', functionId: 'writer' });
    expect((await create(ID.unique())).status).toBe(201);
    expect((await run(`/${ID.unique()}`)).body.told).toEqual([429]);
  });

  it('has its calls counted', async () => {
    const calls = await server.appwrite.calls.during(async () => {
      await create(ID.unique());
      await run(`/${ID.unique()}/${ID.unique()}`);
    });
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({ functionId: 'writer', method: 'POST', path: rowsPath, status: 201 });
  });
});
