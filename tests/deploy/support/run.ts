import { spawn } from 'node:child_process';
import { COMPILE_CACHE } from 'local-appwrite/compile-cache';
import { type ProcessResult, resultOf } from '#scripts/project/process-result.ts';
import { ROOT } from './project.ts';

/** The environment of commands that tests start. With the cache of compiled code they start twice as fast. */
export const SPAWN_ENV = { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...COMPILE_CACHE };

/** Runs a command of package.json as a process of its own, with SPAWN_ENV and `env` as its whole environment. */
export function runScript(
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<ProcessResult> {
  const options = { cwd: ROOT, env: { ...SPAWN_ENV, ...env } };
  const child = spawn(process.execPath, [`scripts/${script}/main.ts`, ...args], options);
  return resultOf(child);
}
