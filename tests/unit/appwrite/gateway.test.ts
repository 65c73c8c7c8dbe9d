import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway } from '#shared/appwrite/gateway.ts';
import { openStore } from '#shared/appwrite/store.ts';
import { begin, commitBegun, update } from '#shared/appwrite/transaction.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { type LocalServer, startServer } from '../../support/local-server.ts';

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

const json = (status: number, body: unknown): Reply => {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
};
const emptyList = json(200, { rows: [], total: 0 });
const failure = json(503, { message: 'busy', code: 503, type: 'general_unknown' });
const refusal = json(400, { message: 'no', code: 400, type: 'general_query_invalid' });
const silence: Reply = () => undefined;

let server: LocalServer;
/** What the server does with the next requests, in order; the last one goes on for ever. */
let script: Reply[] = [];
const asked: string[] = [];

beforeAll(async () => {
  server = await startServer((request, response) => {
    asked.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
    const reply = script.length > 1 ? script.shift() : script[0];
    request.resume().on('end', () => reply?.(response, request));
  });
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(() => server.close());

function open(settings: { hedgeMs?: number; timeoutMs?: number; secondsLeft?: number } = {}) {
  const { hedgeMs = 20_000, timeoutMs = 20_000, secondsLeft = 60 } = settings;
  const gateway = openGateway({
    endpoint: `${server.url}/v1`,
    projectId: 'p',
    key: 'k',
    timeoutMs,
    hedgeMs,
    deadline: systemClock.elapsed() + secondsLeft * 1_000,
    clock: systemClock,
  });
  return { gateway, store: openStore(gateway) };
}

describe('a read', () => {
  it('asks for the columns of its schema only', async () => {
    script = [emptyList];
    await open().store.complaints.find('abc');
    const columns = /\{"method":"select","values":\[(.*?)\]\}/
      .exec(asked[0] ?? '')?.[1]
      ?.replaceAll('"', '')
      .split(',');
    expect(columns).toEqual(expect.arrayContaining(['$id', 'title', 'images', 'version']));
    expect(asked).toHaveLength(1);
  });

  it('that does not answer is asked once more, and the second answer counts', async () => {
    script = [silence, emptyList];
    const { gateway, store } = open({ hedgeMs: 20 });
    expect(await store.complaints.find('abc')).toBeUndefined();
    expect(asked).toHaveLength(2);
    expect(asked[1]).toBe(asked[0]);
    expect(gateway.calls).toMatchObject([{ ok: true, asked: 2 }]);
  });

  it('that failed is asked once more with the same question', async () => {
    script = [failure, emptyList];
    expect(await open().store.complaints.find('abc')).toBeUndefined();
    expect(asked).toHaveLength(2);
    expect(asked[1]).toBe(asked[0]);
  });

  it('is asked at most twice', async () => {
    script = [failure];
    await expect(open({ hedgeMs: 20 }).store.complaints.find('abc')).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toHaveLength(2);
  });

  it('that was clearly refused is not asked again', async () => {
    script = [refusal];
    await expect(open().store.complaints.find('abc')).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toHaveLength(1);
  });

  it('is given up after its limit', async () => {
    script = [silence];
    await expect(open({ hedgeMs: 20, timeoutMs: 60 }).store.complaints.find('abc')).rejects.toMatchObject({
      code: 'unavailable',
      cause: expect.objectContaining({ message: 'no answer from Appwrite within 60 ms' }),
    });
    expect(asked).toHaveLength(2);
  });

  it('is not made when the execution has no time left', async () => {
    script = [emptyList];
    const { gateway } = open({ secondsLeft: -1 });
    await expect(gateway.tables.listRows({ databaseId: 'd', tableId: 't' })).rejects.toThrow('no time is left');
    expect(asked).toEqual([]);
  });
});

describe('a single write', () => {
  it('is made once, since its first attempt may have taken effect', async () => {
    script = [failure];
    await expect(open({ hedgeMs: 20 }).store.complaints.insert('abc', {})).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(asked).toHaveLength(1);
  });
});

describe('a transaction', () => {
  const created = (id: string) => json(201, { $id: id });
  const staged = json(201, { operations: 1 });
  const committed = json(200, { status: 'committed' });
  const work = { operations: [update('state', 'row', { value: 'x' })], landed: async () => false };

  it('whose staging hangs is begun anew, and only the new one is committed', async () => {
    script = [created('first'), silence, created('second'), staged, committed];
    const { gateway } = open({ hedgeMs: 20 });
    expect(await commitBegun(gateway, begin(gateway), work)).toBe('done');
    expect(asked).toEqual([
      'POST /v1/tablesdb/transactions',
      'POST /v1/tablesdb/transactions/first/operations',
      'POST /v1/tablesdb/transactions',
      'POST /v1/tablesdb/transactions/second/operations',
      'PATCH /v1/tablesdb/transactions/second',
    ]);
  });

  it('whose opening failed is opened anew', async () => {
    script = [failure, created('second'), staged, committed];
    const { gateway } = open();
    expect(await commitBegun(gateway, begin(gateway), work)).toBe('done');
    expect(asked).toHaveLength(4);
  });

  it('whose commit failed is looked up and not committed twice', async () => {
    script = [created('first'), staged, failure];
    const { gateway } = open({ hedgeMs: 20 });
    expect(await commitBegun(gateway, begin(gateway), { ...work, landed: async () => true })).toBe('done');
    await expect(commitBegun(gateway, begin(gateway), work)).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked.filter((call) => call.startsWith('PATCH'))).toHaveLength(1);
  });
});
