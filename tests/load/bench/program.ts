import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own. */
export type Program = { url: string; pid: number; stop(): Promise<void> };
/** `core`: the one processor it may use; any of them without, and where the system cannot be told. */
export type Launch = { env?: Record<string, string>; cwd?: string; core?: number | undefined };

export const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

export const TASKSET = '/usr/bin/taskset';
/** The processor of those who are measured, and that of the load and of what stands for Appwrite. */
export const [OUR_CORE, OTHER_CORE] = [0, 1];
/** Whether programs can be held to one processor each: then what is measured does not fight with what measures. */
export const canPin = spawnSync(TASKSET, ['-c', `${OUR_CORE},${OTHER_CORE}`, 'true']).status === 0 && cpus().length > 1;

/**
 * Of glibc, for all who are measured: memory once had is kept. It would go back to the kernel now and then, and to fetch
 * it again can take longer than what is measured; whom that strikes is chance.
 */
const KEEP_MEMORY = { MALLOC_MMAP_THRESHOLD_: String(2 ** 30), MALLOC_TRIM_THRESHOLD_: String(2 ** 30) };

function launch(command: readonly string[], { env = {}, cwd = process.cwd(), core }: Launch): ChildProcess {
  const pinned = core === undefined || !canPin ? command : [TASKSET, '-c', String(core), ...command];
  const [name = '', ...args] = pinned;
  const child = spawn(name, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...KEEP_MEMORY, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function programOf(child: ChildProcess, port: number, signal: NodeJS.Signals): Program {
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => ended(child, signal) };
}

function numberFrom(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (line) => resolve(Number(line)));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

/** Starts a Node program that says its port on standard output once it listens. */
export async function startNode(file: string, options: Launch = {}): Promise<Program> {
  const child = launch([process.execPath, file], options);
  return programOf(child, await numberFrom(child, file), 'SIGKILL');
}

/** The number that a Node program says before it ends. */
export function askNode(file: string, options: Launch = {}): Promise<number> {
  return numberFrom(launch([process.execPath, file], options), file);
}

/** Starts any program that listens at the given port, and waits until it does. */
export async function startOther(command: readonly string[], port: number, options: Launch): Promise<Program> {
  const child = launch(command, options);
  const program = programOf(child, port, 'SIGTERM');
  for (let attempt = 0; ; attempt += 1) {
    const answered = await fetch(program.url).then(
      () => true,
      () => false,
    );
    if (answered) return program;
    if (attempt === 200 || child.exitCode !== null) throw new Error(`${command[0]} does not listen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

/** CPU time of a process, its threads and its children so far; NaN where the system does not tell. */
export function cpuMs(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = tasks.map((id) =>
      Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]),
    );
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    const own = nanoseconds.reduce((sum, value) => sum + value / 1e6, 0);
    return children.split(' ').reduce((sum, child) => (child === '' ? sum : sum + cpuMs(Number(child))), own);
  } catch {
    return Number.NaN;
  }
}
