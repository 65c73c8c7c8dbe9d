import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { ROUTES } from '#scripts/project/routes.ts';
import { LoginReply } from '#shared/contract/responses.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { startServer } from '../support/local-server.ts';
import { callScript, ROOT, SPAWN_ENV } from '../support/run-script.ts';

const folder = mkdtempSync(join(tmpdir(), 'complaints-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCRIPTS = readdirSync(join(ROOT, 'scripts'), { withFileTypes: true })
  .filter(
    (entry) => entry.isDirectory() && statSync(join(ROOT, 'scripts', entry.name, 'main.ts'), { throwIfNoEntry: false }),
  )
  .map((entry) => entry.name);
const target = { APPWRITE_PROJECT_ID: 'p', APPWRITE_API_KEY: 'k' };

describe.each(SCRIPTS)('npm run %s', (script) => {
  it('prints its usage and does nothing else', async () => {
    const { code, output } = await callScript(script, ['--help']);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^Usage: npm (run|start)/) });
  });
});

it.each(['start', 'deploy', 'doctor', 'smoke', 'admin'])(
  'npm run %s refuses a layout that does not exist',
  async (script) => {
    const { code, output } = await callScript(script, ['--layout', 'one'], {
      ...target,
      APPWRITE_ENDPOINT: 'http://127.0.0.1:9/v1',
    });
    expect(code).toBe(2);
    expect(output).toContain('--layout must be groups or compact, not "one"');
  },
);

it('a command that a test runs in its own process leaves the environment as it was', async () => {
  const before = { ...process.env };
  // It empties the environment first, and then refuses the layout.
  await callScript('deploy', ['--layout', 'one'], { ...target, APPWRITE_ENDPOINT: 'http://127.0.0.1:9/v1' });
  expect({ ...process.env }).toEqual(before);
});

it.each(['start', 'deploy', 'smoke'])('npm run %s refuses an unknown option', async (script) => {
  const { code, output } = await callScript(script, ['--no-such-option']);
  expect(code).toBe(2);
  expect(output).toContain("Unknown option '--no-such-option'");
  expect(output).not.toMatch(/^\s+at /m);
});

describe('a wrong setting is named in one sentence', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');

  it.each([
    ['start', { PORT: 'abc' }, 'PORT must be a whole number from 0 to 65535, not "abc"'],
    ['start', { DATA_DIR: file }, 'DATA_DIR must be a folder'],
    ['start', { PORT: '0', DATA_DIR: join(file, 'data') }, 'DATA_DIR cannot be used'],
    ['start', { PORT: '0', DATA_DIR: folder, TOKEN_HOURS: 'abc' }, 'TOKEN_HOURS must be a whole number'],
    ['start', { PORT: '0', DATA_DIR: folder, SMTP_URL: 'mail.example.org' }, 'SMTP_URL must be an address'],
    ['doctor', { ...target, APPWRITE_ENDPOINT: 'http://127.0.0.1:9' }, 'must be an address that ends in /v1'],
    ['doctor', { APPWRITE_ENDPOINT: 'http://127.0.0.1:9/v1' }, 'APPWRITE_PROJECT_ID and APPWRITE_API_KEY must be set'],
  ])('%s %o', async (script, env, sentence) => {
    const { code, output } = await callScript(script, [], env);
    expect(output).toContain(sentence);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });

  it('an endpoint that does not answer', async () => {
    const { url, close } = await startServer(() => undefined);
    await close();
    const { code, output } = await callScript('smoke', [], { ...target, APPWRITE_ENDPOINT: `${url}/v1` });
    expect(output).toContain(`No Appwrite answers at ${url}/v1 (ECONNREFUSED)`);
    expect(code).toBe(1);
  });

  it('an endpoint that is no Appwrite', async () => {
    const { url, close } = await startServer((_request, response) => void response.end('<html>A parked domain</html>'));
    const { code, output } = await callScript('doctor', [], { ...target, APPWRITE_ENDPOINT: `${url}/v1` });
    await close();
    const why = 'an answer 200, not as Appwrite gives it';
    const expected = 'APPWRITE_ENDPOINT must be an address such as https://appwrite.example.org/v1.';
    expect({ code, output }).toEqual({ code: 1, output: `No Appwrite answers at ${url}/v1 (${why}). ${expected}\n` });
  });
});

it('an extra argument is refused by name', async () => {
  for (const [script, args] of [
    ['smoke', ['complaints']],
    ['admin', ['list', 'complaints']],
  ] as const) {
    const { code, output } = await callScript(script, args, { ...target, APPWRITE_ENDPOINT: 'http://127.0.0.1:9/v1' });
    expect(output).toMatch(/^Unexpected argument: complaints\n\nUsage: /);
    expect(code).toBe(2);
  }
});

it.each([
  ['16.20.2', 1],
  ['18.20.4', 1],
  ['20.18.1', 1],
  ['20.19.0', 0],
  ['24.1.0', 0],
])('Node %s ends the installation with %i, with one sentence if it is too old', (version, code) => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`;
  const program = `${pretend}; require('./scripts/check-node/main.cjs')`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: ROOT, encoding: 'utf8' });
  const sentence = `This project needs Node 20.19 or newer to install; this is Node ${version}.\n`;
  expect({ status, stdout, stderr }).toEqual({ status: code, stdout: '', stderr: code === 0 ? '' : sentence });
});

it('every command in the guides exists in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const guide of ['README.md', 'scripts/deploy/OPERATING.md', 'scripts/local/README.md', 'tests/load/README.md']) {
    const named = [...readFileSync(join(ROOT, guide), 'utf8').matchAll(/npm run (\w[\w:-]*)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !(name && name in scripts))).toEqual([]);
  }
});

it('the licence of the project and those of all bundled packages exist', () => {
  expect(readFileSync(join(ROOT, 'LICENSE'), 'utf8')).toMatch(/^MIT License/);
  for (const id of Object.keys(ROUTES)) {
    const licences = readFileSync(join(ROOT, 'functions', id, 'dist/LICENCES.txt'), 'utf8');
    expect(licences).toMatch(/^node-appwrite [\d.]+ \(BSD-3-Clause\)$/m);
    expect(licences).toMatch(/^zod [\d.]+ \(MIT\)$/m);
    expect(licences).toContain('Permission is hereby granted');
  }
});

describe('npm start', () => {
  type Started = { stop(): Promise<void>; output: string; later(): string };

  function start(dataDir: string, ...args: string[]): Promise<Started> {
    const env = { ...SPAWN_ENV, PORT: '0', DATA_DIR: dataDir, TOKEN_HOURS: '3' };
    const child = spawn(process.execPath, ['scripts/start/main.ts', ...args], { cwd: ROOT, env });
    return new Promise((resolve) => {
      let output = '';
      const ended = new Promise<void>((end) => child.once('close', () => end()));
      const later = () => output;
      const stop = async () => {
        child.kill('SIGTERM');
        await ended;
      };
      const collect = (text: Buffer) => {
        output += text;
        if (output.includes('Try it:')) resolve({ stop, output, later });
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.once('close', () => resolve({ stop, output, later }));
    });
  }

  it('admits pages of this machine only, prints a line for each request, passes settings on, and locks its data folder, which others cannot read, until it ends', async () => {
    const dataDir = join(folder, 'data');
    const first = await start(dataDir);
    const url = /Complaints API\s+(\S+)/.exec(first.output)?.[1] ?? '';
    for (const [origin, admitted] of [
      ['http://localhost:5173', true],
      ['http://127.0.0.1:8080', true],
      ['https://app.example', false],
      ['http://localhost.example', false],
    ] as const) {
      const { headers } = await fetch(`${url}/complain/categories`, { headers: { origin } });
      expect(headers.get('access-control-allow-origin')).toBe(admitted ? origin : null);
    }
    const json = (body: object) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const credentials = { username: 'ada', password: 'correct-horse-9' };
    await fetch(`${url}/user`, json({ ...credentials, name: 'Ada' }));
    const login = await fetch(`${url}/login`, json(credentials));
    const { expiresAt } = z.parse(LoginReply, await login.json());
    expect(Math.round((Date.parse(expiresAt) - Date.now()) / HOUR)).toBe(3);
    const second = await start(dataDir);
    expect(second.output).toMatch(/is in use by another local Appwrite, process \d+/);
    for (const name of readdirSync(dataDir)) {
      const { mode } = statSync(join(dataDir, name));
      if (/appwrite\.db|secret/.test(name)) expect({ name, others: mode & 0o077 }).toEqual({ name, others: 0 });
    }
    await first.stop();
    const lines = first.later().split('Try it:')[1] ?? '';
    expect(lines.match(/^200 +GET +complaints:\/complain\/categories /gm)).toHaveLength(4);
    expect(lines).not.toMatch(/tablesdb/);
    const third = await start(dataDir, '--layout', 'compact');
    expect(third.output).toMatch(/\(project \w+, layout compact\)/);
    await third.stop();
  });
});
