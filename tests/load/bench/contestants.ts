import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { bundle } from '#scripts/build/bundle.ts';
import { functionSettings, startFunction } from './function-program.ts';
import type { Plan } from './plan.ts';
import { here, type Launch, type Program, startNode, startOther } from './program.ts';

/** Everything that a contestant is started with. `core`: the one processor it gets; all of them without. */
export type Stage = { plan: Plan; planFile: string; folder: string; endpoint: string; core?: number };
/** Which program answers an operation. */
export type Contestant = { name: string; what: string; programFor(functionId: string): Program; stop(): Promise<void> };

const PYTHON = '/usr/bin/python3';

const single = (name: string, what: string, program: Program): Contestant => ({
  name,
  what,
  programFor: () => program,
  stop: () => program.stop(),
});

const settingsOf = ({ planFile, endpoint, core }: Stage): Launch => ({
  env: { BENCH_PLAN: planFile, BENCH_ENDPOINT: endpoint },
  core,
});

/** All who take part; (d) only where Debian's packages of it are installed. */
export async function startField(stage: Stage): Promise<Contestant[]> {
  const node = [startOurs(stage), startBare(stage), startHandWritten(stage), startFastify(stage)];
  return Promise.all(hasDjango() ? [...node, startDjango(stage)] : node);
}

async function startOurs({ plan, endpoint, core }: Stage): Promise<Contestant> {
  const env = functionSettings(plan, endpoint);
  const ids = ['auth', 'complaints'];
  const started = ids.map(async (id) => [id, await startFunction(id, { env, core })] as const);
  const programs = new Map(await Promise.all(started));
  return {
    name: 'ours',
    what: 'the functions of this repository in the runtime host',
    programFor(functionId) {
      const program = programs.get(functionId);
      if (!program) throw new Error(`${functionId} does not run`);
      return program;
    },
    stop: async () => void (await Promise.all([...programs.values()].map((program) => program.stop()))),
  };
}

/** Builds a function of the bench itself, and starts it in the runtime host. */
export async function startOwn(name: string, { plan, planFile, folder, endpoint, core }: Stage): Promise<Program> {
  const cwd = join(folder, name);
  const file = join(cwd, 'main.cjs');
  if (!existsSync(file)) await bundle(name, here(`programs/${name}.ts`), file);
  return startFunction(name, { env: { ...functionSettings(plan, endpoint), BENCH_PLAN: planFile }, cwd, core });
}

async function startHandWritten(stage: Stage): Promise<Contestant> {
  const program = await startOwn('hand-written', stage);
  return single(
    '(b) by hand',
    'a function written by hand in the same runtime host, that checks query and token and nothing else',
    program,
  );
}

async function startBare(stage: Stage): Promise<Contestant> {
  const program = await startNode(here('programs/bare-server.ts'), settingsOf(stage));
  return single('(a) bare', 'the same code on node:http alone', program);
}

async function startFastify(stage: Stage): Promise<Contestant> {
  const program = await startNode(here('programs/fastify-server.ts'), settingsOf(stage));
  return single('(c) Fastify', 'Fastify with node-appwrite and bcryptjs as they come', program);
}

export function hasDjango(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import rest_framework, gunicorn, bcrypt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** With threads, as gunicorn's other workers close the connection after each answer. */
async function startDjango(stage: Stage): Promise<Contestant> {
  const workers = stage.core === undefined ? 2 : 1;
  const port = await freePort();
  const options = [
    `--workers=${workers}`,
    '--threads=4',
    '--keep-alive=60',
    `--bind=127.0.0.1:${port}`,
    '--log-level=critical',
  ];
  const command = [PYTHON, '-m', 'gunicorn', ...options, 'drf_service:application'];
  const { env, core } = settingsOf(stage);
  const python = { PYTHONPATH: here('programs'), PYTHONDONTWRITEBYTECODE: '1' };
  const program = await startOther(command, port, { env: { ...env, ...python }, core });
  return single(
    '(d) Django',
    'Django REST Framework on gunicorn, one worker of four threads on one processor, two on more',
    program,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
