import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Target } from '#scripts/project/connect.ts';
import { type ProcessResult, resultOf } from '#scripts/project/process-result.ts';
import { SPAWN_ENV } from '../../support/run-script.ts';

/** Runs appwrite-cli in a folder with only a key and this project file. */
export function runCli(
  folder: string,
  target: Target,
  { args, project }: { args: string[]; project: object },
): Promise<ProcessResult> {
  const { endpoint, key, projectId } = target;
  mkdirSync(join(folder, '.appwrite'), { recursive: true });
  writeFileSync(join(folder, '.appwrite', 'prefs.json'), JSON.stringify({ current: 's', s: { endpoint, key } }));
  writeFileSync(join(folder, 'appwrite.config.json'), JSON.stringify({ ...project, projectId }));
  const program = createRequire(import.meta.url).resolve('appwrite-cli');
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...SPAWN_ENV, HOME: folder } });
  return resultOf(child);
}
