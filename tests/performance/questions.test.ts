import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openGateway } from '#shared/appwrite/gateway.ts';
import { openStore } from '#shared/appwrite/store.ts';
import { type LocalServer, startServer } from '../support/local-server.ts';

let server: LocalServer;
let failures = 0;
const asked: string[] = [];

beforeAll(async () => {
  server = await startServer((request, response) => {
    asked.push(decodeURIComponent(request.url ?? ''));
    const fails = failures > 0;
    failures -= 1;
    response.writeHead(fails ? 503 : 200, { 'content-type': 'application/json' });
    response.end(fails ? '{"message":"busy","code":503,"type":"general_unknown"}' : '{"rows":[],"total":0}');
  });
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(() => server.close());

const open = () =>
  openStore(
    openGateway({
      endpoint: `${server.url}/v1`,
      projectId: 'p',
      key: 'k',
      timeoutMs: 1_000,
      deadline: Date.now() + 5_000,
    }),
  );

it('a read asks for the columns that are read and for nothing else, such as the text that searches look in', async () => {
  await open().complaints.find('abc');
  const columns = /\{"method":"select","values":\[(.*?)\]\}/
    .exec(asked[0] ?? '')?.[1]
    ?.replaceAll('"', '')
    .split(',');
  expect(columns).toEqual(expect.arrayContaining(['$id', 'title', 'description', 'images', 'version', 'changedAt']));
  expect(columns).not.toContain('words');
});

it('a read that is tried again asks the same as before', async () => {
  failures = 2;
  expect(await open().complaints.find('abc')).toBeUndefined();
  expect(asked).toHaveLength(3);
  expect(new Set(asked).size).toBe(1);
  expect(asked[0]?.match(/"method":"equal"/g)).toHaveLength(1);
});
