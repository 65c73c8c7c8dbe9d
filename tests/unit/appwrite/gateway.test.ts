import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openGateway } from '#shared/appwrite/gateway.ts';
import { Slots } from '#shared/appwrite/slots.ts';
import { openStore } from '#shared/appwrite/store.ts';
import { commit, update } from '#shared/appwrite/transaction.ts';
import { MINUTE, systemClock } from '#shared/domain/clock.ts';
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
/** The server's replies to the next requests, in order; the last reply repeats. */
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

type Settings = { hedgeMs?: number; timeoutMs?: number; secondsLeft?: number; slots?: Slots };

function open({ hedgeMs = 20_000, timeoutMs = 20_000, secondsLeft = 60, slots }: Settings = {}) {
  const gateway = openGateway({
    endpoint: `${server.url}/v1`,
    projectId: 'p',
    key: 'k',
    timeoutMs,
    hedgeMs,
    deadline: systemClock.elapsed() + secondsLeft * 1_000,
    clock: systemClock,
    ...(slots ? { slots } : {}),
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

  it('that gets no answer is sent once more, and the second answer counts', async () => {
    script = [silence, emptyList];
    const { gateway, store } = open({ hedgeMs: 20 });
    expect(await store.complaints.find('abc')).toBeUndefined();
    expect(asked).toHaveLength(2);
    expect(asked[1]).toBe(asked[0]);
    expect(gateway.calls).toMatchObject([{ ok: true, attempts: 2 }]);
  });

  it('that failed is sent once more unchanged', async () => {
    script = [failure, emptyList];
    expect(await open().store.complaints.find('abc')).toBeUndefined();
    expect(asked).toHaveLength(2);
    expect(asked[1]).toBe(asked[0]);
  });

  it('is sent at most twice', async () => {
    script = [failure];
    await expect(open({ hedgeMs: 20 }).store.complaints.find('abc')).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toHaveLength(2);
  });

  it('that was refused is not sent again', async () => {
    script = [refusal];
    await expect(open().store.complaints.find('abc')).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toHaveLength(1);
  });

  it('ends with an error after its time limit', async () => {
    script = [silence];
    const { gateway, store } = open({ hedgeMs: 20, timeoutMs: 60 });
    await expect(store.complaints.find('abc')).rejects.toMatchObject({
      code: 'unavailable',
      cause: expect.objectContaining({ message: 'no answer from Appwrite within 60 ms' }),
    });
    // On a busy machine the second attempt may be given up before the server hears of it, so the client's count is asked.
    expect(gateway.calls).toMatchObject([{ ok: false, attempts: 2 }]);
  });

  it('is not sent when the execution has no time left', async () => {
    script = [emptyList];
    const { gateway } = open({ secondsLeft: -1 });
    await expect(gateway.tables.listRows({ databaseId: 'd', tableId: 't' })).rejects.toThrow('no time is left');
    expect(asked).toEqual([]);
  });
});

describe('a single write', () => {
  it('is sent once, since its first attempt may have taken effect', async () => {
    script = [failure];
    await expect(open({ hedgeMs: 20 }).store.complaints.insert('abc', {})).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(asked).toHaveLength(1);
  });
});

const created = (id: string) => json(201, { $id: id });
const staged = json(201, { operations: 1 });
const committed = json(200, { status: 'committed' });
const work = { operations: [update('state', 'row', { value: 'x' })], wasCommitted: async () => false };

describe('a transaction', () => {
  it('whose staging hangs starts a new one, and only the new one is committed', async () => {
    const ids = ['first'];
    const staging: Reply = (response, request) => {
      const { method, url = '' } = request;
      if (method === 'PATCH') committed(response, request);
      else if (url.endsWith('/operations')) (url.includes('first') ? silence : staged)(response, request);
      else created(ids.shift() ?? 'second')(response, request);
    };
    script = [staging];
    const { gateway } = open({ hedgeMs: 100 });
    expect(await commit(gateway, work)).toBe('done');
    expect(asked.filter((call) => call.startsWith('PATCH'))).toEqual(['PATCH /v1/tablesdb/transactions/second']);
  });

  it('that failed to open is opened again', async () => {
    script = [failure, created('second'), staged, committed];
    const { gateway } = open();
    expect(await commit(gateway, work)).toBe('done');
    expect(asked).toHaveLength(4);
  });

  const lost: Reply = (_response, request) => request.socket.destroy();
  /** A server that opens and stages transactions, and answers commits with these replies; the last reply repeats. */
  const transactions = (commitsLike: Reply[]): Reply => {
    return (response, request) => {
      const own = request.method === 'PATCH' && commitsLike.length > 1 ? commitsLike.shift() : commitsLike[0];
      const opening = request.url?.endsWith('/operations') ? staged : created('first');
      (request.method === 'PATCH' ? own : opening)?.(response, request);
    };
  };
  const commits = () => asked.filter((call) => call.startsWith('PATCH'));

  it('whose commit failed is looked up, and is not committed twice', async () => {
    script = [created('first'), staged, failure];
    const { gateway } = open({ hedgeMs: 20 });
    expect(await commit(gateway, { ...work, wasCommitted: async () => true })).toBe('done');
    expect(commits()).toHaveLength(1);
    await expect(commit(gateway, work)).rejects.toMatchObject({ code: 'unavailable' });
    expect(commits()).toHaveLength(1);
  });

  it.each([
    ['hangs', silence],
    ['is lost', lost],
  ])('whose commit %s is committed once more when it has not taken effect', async (_what, reply) => {
    script = [transactions([reply, committed])];
    const { gateway } = open({ hedgeMs: 100 });
    expect(await commit(gateway, work)).toBe('done');
    expect(commits()).toEqual(Array(2).fill('PATCH /v1/tablesdb/transactions/first'));
  });

  const notReady = json(400, { message: 'no', code: 400, type: 'transaction_not_ready' });
  const endedAs = (status: string): Reply => {
    const commit = transactions([lost, notReady, committed]);
    return (response, request) => (request.method === 'GET' ? json(200, { status }) : commit)(response, request);
  };

  it('whose first commit took effect after all is done', async () => {
    script = [endedAs('committed')];
    const { gateway } = open();
    expect(await commit(gateway, work)).toBe('done');
    expect(commits()).toHaveLength(2);
  });

  it('whose first commit was refused in a lost answer starts a new one', async () => {
    script = [endedAs('failed')];
    const { gateway } = open();
    expect(await commit(gateway, work)).toBe('done');
    expect(commits()).toHaveLength(3);
  });

  it('whose first commit never ends is a 503', async () => {
    script = [endedAs('committing')];
    const { gateway } = open();
    await expect(commit(gateway, work)).rejects.toMatchObject({ code: 'unavailable' });
    expect(commits()).toHaveLength(2);
  });

  it('whose second commit conflicts is a conflict; one that gets no answer twice is a 503', async () => {
    const { gateway } = open();
    script = [transactions([lost, json(409, { message: 'no', code: 409, type: 'transaction_conflict' })])];
    expect(await commit(gateway, work)).toBe('conflict');
    script = [transactions([lost])];
    await expect(commit(gateway, work)).rejects.toMatchObject({ code: 'unavailable' });
    expect(commits()).toHaveLength(4);
  });
});

describe('calls of one process', () => {
  it('run six at a time, in their order, and wait no longer than their execution may last', async () => {
    const held: ServerResponse[] = [];
    script = [(response) => held.push(response)];
    const slots = new Slots(6, 10 * MINUTE);
    const { store } = open({ slots });
    const finds = Array.from({ length: 8 }, (_, number) => store.complaints.find(`c${number}`));
    await expect.poll(() => held.length).toBe(6);
    await expect(open({ secondsLeft: 0.05, slots }).store.complaints.find('late')).rejects.toMatchObject({
      code: 'unavailable',
      cause: expect.objectContaining({ message: expect.stringContaining('no turn to ask Appwrite') }),
    });
    expect(held).toHaveLength(6);
    script = [emptyList];
    for (const response of held) emptyList(response, response.req);
    expect(await Promise.all(finds)).toEqual(Array(8).fill(undefined));
    expect(asked).toHaveLength(8);
  });

  it('that hang free their slot after a while', async () => {
    const slots = new Slots(1, 30);
    const giveBack = await slots.take(1_000);
    const second = await slots.take(1_000);
    giveBack();
    await expect(slots.take(5)).rejects.toThrow('no turn');
    second();
    await slots.take(0);
  });

  it('start no new transaction while they wait for their turn', async () => {
    const held: ServerResponse[] = [];
    script = [(response) => held.push(response)];
    const slots = new Slots(6, 10 * MINUTE);
    const { store } = open({ slots });
    const finds = Array.from({ length: 6 }, () => store.complaints.find('abc'));
    await expect.poll(() => held.length).toBe(6);
    const { gateway } = open({ hedgeMs: 20, secondsLeft: 0.2, slots });
    await expect(commit(gateway, work)).rejects.toMatchObject({ code: 'unavailable' });
    expect(gateway.calls).toHaveLength(1);
    for (const response of held) emptyList(response, response.req);
    await Promise.all(finds);
  });
});
