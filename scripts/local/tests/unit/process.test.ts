import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, TablesDB } from 'node-appwrite';
import { afterEach, describe, expect, it } from 'vitest';
import { echo } from './support/echo.ts';
import { makeProject } from './support/project.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const project = makeProject({ functions: { echo } });
const running: ChildProcess[] = [];

type Started = { child: ChildProcess; output: string; endpoint: string; key: string };

async function start(port = '0', folder = project.folder): Promise<Started> {
  const environment = { PATH: process.env.PATH, PORT: port, DATA_DIR: 'data' };
  const child = spawn(process.execPath, [main], { cwd: folder, env: environment });
  running.push(child);
  let output = '';
  await new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('Data ')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('close', () => resolve());
  });
  const found = (label: string) => new RegExp(`^${label} +(\\S+)$`, 'm').exec(output)?.[1] ?? '';
  return { child, output, endpoint: found('Endpoint'), key: found('API key') };
}

function tablesOf({ endpoint, key }: Started): TablesDB {
  return new TablesDB(new Client().setEndpoint(endpoint).setProject('test').setKey(key));
}

/** Whether the process runs; a zombie (state Z) does not count. */
function exists(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !readFileSync(stat, 'utf8').includes(') Z ');
}

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  }
});

describe('the program', () => {
  it('prints its endpoint, project and key', async () => {
    const { endpoint, key, output } = await start();
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(output).toContain('Project   test');
    expect(key).toMatch(/^standard_/);
  });

  it('reports in one line that its port is in use', async () => {
    const { port } = new URL((await start()).endpoint);
    const { child, output } = await start(port, makeProject({ functions: { echo } }).folder);
    if (child.exitCode === null) await once(child, 'exit');
    expect(output).toBe(`Port ${port} is in use. Choose another one with PORT.\n`);
    expect(child.exitCode).toBe(1);
  });

  it('prints its usage, and exits with 2 for wrong arguments', async () => {
    const call = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    const help = call('--help');
    expect([help.status, help.stdout]).toEqual([0, expect.stringMatching(/^Usage: npm run local --.*--empty/)]);
    expect(help.stdout).toContain('fault <kind>');
    for (const [args, told] of [
      [['--nonsense'], /nonsense.*\n\nUsage: npm run local/s],
      [['nonsense'], /nonsense.*\n\nUsage: npm run local/s],
      [['--workers', 'many'], /^--workers must be a whole number from 2 to 9999, not "many"\n/],
      [['--workers', '1'], /^--workers must be a whole number from 2 to 9999, not "1"\n/],
      [['--database', 'oracle'], /^There is no database oracle\. Known: mariadb/],
    ] as const) {
      const wrong = call(...args);
      expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringMatching(told)]);
    }
  });

  it('reports a wrong PORT', async () => {
    const { child, output } = await start('80x');
    if (child.exitCode === null) await once(child, 'exit');
    expect(output).toMatch(/^PORT must be a whole number from 0 to 65535, not "80x"\n/);
    expect(child.exitCode).toBe(2);
  });

  it('says what to do if there is no project', async () => {
    const { child, output } = await start('0', tmpdir());
    if (child.exitCode === null) await once(child, 'exit');
    expect(output).toMatch(/^There is no .*appwrite\.json\. Begin with an empty project: .*--empty\n$/);
  });

  it('exits with 0 on SIGTERM', async () => {
    const { child } = await start();
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  it('loses no data when it is killed, and its functions end too', async () => {
    const first = await start();
    await tablesOf(first).createRow({ databaseId: 'main', tableId: 'notes', rowId: 'kept', data: { title: 'kept' } });
    const { host, port } = new URL(first.endpoint);
    const answer = await fetch(`http://${host}/v1/functions/echo/executions`, {
      method: 'POST',
      headers: { 'x-appwrite-project': 'test', 'x-appwrite-key': first.key, 'content-type': 'application/json' },
      body: '{}',
    });
    const { responseBody } = JSON.parse(await answer.text());
    const { pid } = JSON.parse(responseBody);
    expect(exists(pid)).toBe(true);
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    const second = await start(port);
    expect(second.key).toBe(first.key);
    const rows = await tablesOf(second).listRows({ databaseId: 'main', tableId: 'notes' });
    expect(rows.rows.map(({ $id }) => $id)).toContain('kept');
    expect(exists(pid)).toBe(false);
  });
});
