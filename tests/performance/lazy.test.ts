import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { BUDGET_BYTES } from '#scripts/build/rules.ts';

const bundleOf = (id: string) => fileURLToPath(new URL(`../../functions/${id}/dist/main.cjs`, import.meta.url));

/** Loads a bundle, sends it one request, and says what was unpacked and which of Node's own modules were loaded. */
const PROGRAM = `
  const vm = require('node:vm');
  let unpacked = 0;
  const compile = vm.compileFunction;
  vm.compileFunction = (...given) => { unpacked += 1; return compile(...given); };
  const before = new Set(process.moduleLoadList);
  const main = require(process.argv[1]).default;
  const [method, path, type, body] = process.argv.slice(2);
  const headers = { 'x-appwrite-trigger': 'http', 'x-appwrite-key': 'k', 'x-appwrite-execution-id': 'e1', 'content-type': type };
  const req = { method, path, queryString: '', headers, bodyBinary: Buffer.from(body) };
  const res = { send: (text, status) => ({ status }) };
  main({ req, res, log() {}, error() {} }).then(({ status }) => {
    const loaded = process.moduleLoadList.filter((name) => !before.has(name) && /NativeModule (zlib|worker_threads)$/.test(name));
    console.log(JSON.stringify({ status, unpacked, loaded }));
    process.exit(0);
  });
`;

async function load(id: string, method: string, path: string): Promise<{ unpacked: number; loaded: string[] }> {
  const env = {
    TOKEN_SECRET: 'Vb8sQ2mXk9Lr4TzW7pYc1NfHd6GjAe3Uo5Ri0BwZqSxM',
    APPWRITE_FUNCTION_API_ENDPOINT: 'http://127.0.0.1:9/v1',
    APPWRITE_FUNCTION_PROJECT_ID: 'p',
  };
  const args = ['-e', PROGRAM, bundleOf(id), method, path, 'application/json', method === 'GET' ? '' : '{}'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout);
}

it.each([
  ['complaints', 'GET', '/complain'],
  ['complaints', 'GET', '/complain/categories'],
  ['users', 'GET', '/user'],
  ['auth', 'POST', '/logout'],
])('%s: %s %s unpacks nothing, and loads neither compression nor workers', async (id, method, path) => {
  const { unpacked, loaded } = await load(id, method, path);
  expect({ unpacked, loaded }).toEqual({ unpacked: 0, loaded: [] });
});

it('a mistyped path unpacks what it needs, so that the test above would notice', async () => {
  expect((await load('complaints', 'GET', '/complian')).unpacked).toBe(1);
});

it.each(['auth', 'users', 'complaints'])('the bundle of %s is within the budget', async (id) => {
  expect((await readFile(bundleOf(id))).length).toBeLessThanOrEqual(BUDGET_BYTES);
});
