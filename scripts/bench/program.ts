import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own. */
export type Program = { url: string; pid: number; stop(): Promise<void> };
export type Launch = { file: string; env?: Record<string, string>; cwd?: string };

export const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Starts a Node program that says `{ port }` to its parent once it listens. */
export async function startNode({ file, env = {}, cwd = process.cwd() }: Launch): Promise<Program> {
  const child = fork(file, [], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'port' in message) resolve(Number(message.port));
    });
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => ended(child, 'SIGKILL') };
}

/** Starts any program that listens at the given port, and waits until it does. */
export async function startOther(
  command: readonly string[],
  port: number,
  env: Record<string, string>,
): Promise<Program> {
  const [name = '', ...args] = command;
  const child = spawn(name, args, { env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt += 1) {
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return { url, pid: child.pid ?? 0, stop: () => ended(child, 'SIGTERM') };
    if (attempt === 200 || child.exitCode !== null) throw new Error(`${name} does not listen`);
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
