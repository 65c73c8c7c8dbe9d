import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Target } from '#scripts/project/connect.ts';
import type { Ended } from './run.ts';

/** Runs appwrite-cli in a folder with only a key and this project file. */
export function runCli(
  at: string,
  target: Target,
  { args, project }: { args: string[]; project: object },
): Promise<Ended> {
  const { endpoint, key, projectId } = target;
  mkdirSync(join(at, '.appwrite'), { recursive: true });
  writeFileSync(join(at, '.appwrite', 'prefs.json'), JSON.stringify({ current: 's', s: { endpoint, key } }));
  writeFileSync(join(at, 'appwrite.config.json'), JSON.stringify({ ...project, projectId }));
  const program = createRequire(import.meta.url).resolve('appwrite-cli');
  const env = { PATH: process.env.PATH ?? '', HOME: at };
  const child = spawn(process.execPath, [program, ...args], { cwd: at, env });
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
