import { describe, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { echo } from './support/echo.ts';
import { useLocalAppwrite } from './support/harness.ts';

const printed: string[] = [];
/** Milliseconds that the tests add to the machine's clock. */
let passed = 0;
const server = useLocalAppwrite(
  {
    functions: { echo, private: echo },
    settings: {
      private: { execute: [], schedule: '0 * * * *', events: ['databases.main.tables.notes.rows.*.delete'] },
    },
  },
  {
    clock: { now: () => Date.now() + passed },
    log: (line) => printed.push(line),
    variables: { '*': { EVERYWHERE: 'yes' }, echo: { MINE: 'yes' } },
    origin: { '/login': 'echo', '/docs': 'private', '/': 'echo' },
  },
);
const domain = (path: string) => send(server.appwrite, { host: server.appwrite.functionHost('echo'), path });
const json = (sent: { body: Buffer }) => JSON.parse(sent.body.toString());

describe('a function', () => {
  it('gets only declared environment variables', async () => {
    const { env } = json(await domain('/'));
    expect(env).toMatchObject({
      EVERYWHERE: 'yes',
      MINE: 'yes',
      APPWRITE_FUNCTION_ID: 'echo',
      APPWRITE_FUNCTION_PROJECT_ID: 'test',
      APPWRITE_FUNCTION_API_ENDPOINT: server.appwrite.endpoint,
    });
    expect(env.HOME).toBeUndefined();
    expect(env.PATH).toBeUndefined();
  });
});

describe('the printed log', () => {
  it('has the output of functions, and a line for each run by an event or a schedule', async () => {
    await domain('/a?secret=1');
    const main = { databaseId: 'main', tableId: 'notes' };
    await server.tables.createRow({ ...main, rowId: 'gone', data: { title: 'gone' } });
    await server.tables.deleteRow({ ...main, rowId: 'gone' });
    server.appwrite.clock.advance(3_600_000);
    await server.appwrite.settle();
    expect(printed).toContain('[echo] from the console');
    expect(printed).toContain('[echo] careful');
    expect(printed).toContainEqual(expect.stringMatching(/^200 {2}GET {5}echo:\/a {2}\d+\.\d ms$/));
    for (const trigger of ['event ', 'schedule']) {
      expect(printed).toContainEqual(
        expect.stringMatching(new RegExp(`^200 {2}${trigger} {2}private {2}\\d+\\.\\d ms {2}completed$`)),
      );
    }
  });
});

describe('a schedule', () => {
  it('that became due before the clock is moved back does not run afterwards', async () => {
    const minute = 60_000;
    const { appwrite } = server;
    await appwrite.settle();
    const snapshot = await appwrite.snapshot();
    const runs = async () => (await server.functions.listExecutions({ functionId: 'private' })).total;
    const before = await runs();
    appwrite.clock.advance(48 * 60 * minute);
    await appwrite.settle();
    passed += 60 * minute;
    await appwrite.restore(snapshot);
    await appwrite.settle();
    expect(await runs()).toBe(before);
  });
});

describe('the plain origin', () => {
  it('routes to functions by path prefix, and passes on the whole path', async () => {
    expect(json(await send(server.appwrite, { path: '/login/x?a=1' }))).toMatchObject({
      path: '/login/x',
      query: { a: '1' },
    });
    expect(json(await send(server.appwrite, { path: '/docsx' }))).toMatchObject({ path: '/docsx' });
    expect((await send(server.appwrite, { path: '/docs' })).status).toBe(401);
    expect((await send(server.appwrite, { path: '/v1/ping' })).status).toBe(403);
    expect(json(await send(server.appwrite, { path: '/_local' }))).toHaveProperty('time');
  });
});
