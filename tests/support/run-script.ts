import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from 'local-appwrite/compile-cache';
import { vi } from 'vitest';
import type { Target } from '#scripts/project/connect.ts';
import { type ProcessResult, resultOf } from '#scripts/project/process-result.ts';
import { withEnvironment } from './environment.ts';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The environment of commands that tests start. With the cache of compiled code they start twice as fast. */
export const SPAWN_ENV = { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...COMPILE_CACHE };

/** The variables that name a project to a command. */
export const variablesOf = ({ endpoint, projectId, key }: Target) => ({
  APPWRITE_ENDPOINT: endpoint,
  APPWRITE_PROJECT_ID: projectId,
  APPWRITE_API_KEY: key,
});

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

let runs = 0;

/**
 * Runs a command of package.json in this process, which saves loading its code again. Calls must not overlap, since
 * each sets `process.argv` and the environment.
 */
export function callScript(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ProcessResult> {
  return withEnvironment(env, () => importScript(script, args));
}

async function importScript(script: string, args: readonly string[]): Promise<ProcessResult> {
  const { argv, exitCode } = process;
  const lines: string[] = [];
  const spies = (['log', 'error'] as const).map((stream) =>
    vi.spyOn(console, stream).mockImplementation((line) => lines.push(line)),
  );
  Object.assign(process, { argv: [process.execPath, script, ...args], exitCode: undefined });
  try {
    runs += 1;
    // A module runs once for each URL, so the query changes.
    await import(`${join(ROOT, 'scripts', script, 'main.ts')}?run=${runs}`);
    return { code: Number(process.exitCode), output: lines.map((line) => `${line}\n`).join('') };
  } finally {
    Object.assign(process, { argv, exitCode });
    for (const spy of spies) spy.mockRestore();
  }
}
