import { spawn } from 'node:child_process';
import { COMPILE_CACHE } from 'local-appwrite/compile-cache';
import { ROOT } from './project.ts';

export type Ended = { code: number | null; output: string };

/** What a command started by a test has of this environment: with the cache of compiled code it starts twice as fast. */
export const SPAWN_ENV = { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...COMPILE_CACHE };

/** A command of package.json as its own process, with nothing of this one's environment but SPAWN_ENV and what is given. */
export function runScript(script: string, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const options = { cwd: ROOT, env: { ...SPAWN_ENV, ...env } };
  const child = spawn(process.execPath, [`scripts/${script}/main.ts`, ...args], options);
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (text: Buffer) => {
      output += text.toString('utf8');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
