import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startServer } from '../support/local-server.ts';
import { ROOT } from './support/project.ts';
import { runScript, SPAWN_ENV } from './support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'complaints-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCRIPTS = readdirSync(join(ROOT, 'scripts'), { withFileTypes: true })
  .filter(
    (entry) => entry.isDirectory() && statSync(join(ROOT, 'scripts', entry.name, 'main.ts'), { throwIfNoEntry: false }),
  )
  .map((entry) => entry.name);
const target = { APPWRITE_PROJECT_ID: 'p', APPWRITE_API_KEY: 'k' };

describe.each(SCRIPTS)('npm run %s', (script) => {
  it('explains itself and does nothing else', async () => {
    const { code, output } = await runScript(script, ['--help'], {});
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^Usage: npm (run|start)/) });
  });
});

it.each(['start', 'deploy', 'doctor', 'smoke', 'admin'])(
  'npm run %s refuses a layout that there is not',
  async (script) => {
    const { code, output } = await runScript(script, ['--layout', 'one'], {
      ...target,
      APPWRITE_ENDPOINT: 'http://127.0.0.1:9/v1',
    });
    expect(code).toBe(2);
    expect(output).toContain('--layout must be groups or compact, not "one"');
  },
);

it.each(['start', 'deploy', 'smoke'])('npm run %s refuses an option that it does not know', async (script) => {
  const { code, output } = await runScript(script, ['--no-such-option'], {});
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
    const { code, output } = await runScript(script, [], env);
    expect(output).toContain(sentence);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });

  it('an endpoint that does not answer', async () => {
    const { url, close } = await startServer(() => undefined);
    await close();
    const { code, output } = await runScript('smoke', [], { ...target, APPWRITE_ENDPOINT: `${url}/v1` });
    expect(output).toContain(`No Appwrite answers at ${url}/v1 (ECONNREFUSED)`);
    expect(code).toBe(1);
  });
});

describe('npm start', () => {
  function start(dataDir: string, ...args: string[]): Promise<{ stop(): Promise<void>; output: string }> {
    const env = { ...SPAWN_ENV, PORT: '0', DATA_DIR: dataDir };
    const child = spawn(process.execPath, ['scripts/start/main.ts', ...args], { cwd: ROOT, env });
    return new Promise((resolve) => {
      let output = '';
      const ended = new Promise<void>((end) => child.once('close', () => end()));
      const stop = async () => {
        child.kill('SIGTERM');
        await ended;
      };
      const collect = (text: Buffer) => {
        output += text;
        if (output.includes('Try it:')) resolve({ stop, output });
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.once('close', () => resolve({ stop, output }));
    });
  }

  it('lets pages of this machine call and no others, and keeps its data folder to itself, unreadable for others, and gives it free at the end', async () => {
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
    const second = await start(dataDir);
    expect(second.output).toMatch(/is in use by another local Appwrite, process \d+/);
    for (const name of readdirSync(dataDir)) {
      const { mode } = statSync(join(dataDir, name));
      if (/appwrite\.db|secret/.test(name)) expect({ name, others: mode & 0o077 }).toEqual({ name, others: 0 });
    }
    await first.stop();
    const third = await start(dataDir, '--layout', 'compact');
    expect(third.output).toMatch(/\(project \w+, layout compact\)/);
    await third.stop();
  });
});
