import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { bundle } from '#scripts/build/bundle.ts';
import { functionSettings, startFunction } from './function-program.ts';
import type { Plan } from './plan.ts';
import { here, type Program, startNode, startOther } from './program.ts';

/** Everything that a contestant is started with. */
export type Stage = { plan: Plan; planFile: string; folder: string; endpoint: string };
/** Which program answers an operation. */
export type Contestant = { name: string; what: string; programFor(functionId: string): Program; stop(): Promise<void> };

const single = (name: string, what: string, program: Program): Contestant => ({
  name,
  what,
  programFor: () => program,
  stop: () => program.stop(),
});

export async function startOurs({ plan, endpoint }: Stage): Promise<Contestant> {
  const env = functionSettings(plan, endpoint);
  const ids = ['auth', 'complaints'];
  const programs = new Map(await Promise.all(ids.map(async (id) => [id, await startFunction(id, env)] as const)));
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
export async function startOwn(name: string, { plan, planFile, folder, endpoint }: Stage): Promise<Program> {
  const file = join(folder, name, 'main.cjs');
  if (!existsSync(file)) await bundle(name, here(`programs/${name}.ts`), file);
  return startFunction(name, { ...functionSettings(plan, endpoint), BENCH_PLAN: planFile }, join(folder, name));
}

export async function startHandWritten(stage: Stage): Promise<Contestant> {
  return single(
    '(b) by hand',
    'a hand-written function in the same runtime host',
    await startOwn('hand-written', stage),
  );
}

export async function startBare({ planFile, endpoint }: Stage): Promise<Contestant> {
  const env = { BENCH_PLAN: planFile, BENCH_ENDPOINT: endpoint };
  const program = await startNode({ file: here('programs/bare-server.ts'), env });
  return single('(a) bare', 'node:http making the same calls by hand', program);
}

export async function startFastify({ planFile, endpoint }: Stage): Promise<Contestant> {
  const env = { BENCH_PLAN: planFile, BENCH_ENDPOINT: endpoint };
  const program = await startNode({ file: here('programs/fastify-server.ts'), env });
  return single('(c) Fastify', 'Fastify with node-appwrite and bcryptjs as they come', program);
}

/** Undefined where Debian's packages of Django are not installed. */
export async function startDjango({ planFile, endpoint }: Stage): Promise<Contestant | undefined> {
  const python = '/usr/bin/python3';
  try {
    execFileSync(python, ['-c', 'import rest_framework, gunicorn, bcrypt'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const port = await freePort();
  const bind = `127.0.0.1:${port}`;
  const command = [
    python,
    '-m',
    'gunicorn',
    '--workers=2',
    '--threads=4',
    '--keep-alive=60',
    `--bind=${bind}`,
    'drf_service:application',
  ];
  const env = { BENCH_PLAN: planFile, BENCH_ENDPOINT: endpoint, PYTHONPATH: here('programs') };
  const program = await startOther(command, port, { ...env, PYTHONDONTWRITEBYTECODE: '1' });
  return single('(d) DRF', 'Django REST Framework on gunicorn, two workers of four threads', program);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
