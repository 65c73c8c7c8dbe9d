import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plan } from './plan.ts';
import { here, type Program, startNode } from './program.ts';

const functions = fileURLToPath(new URL('../../functions', import.meta.url));

/** The variables that Appwrite gives a function, and its owner's. */
export function functionSettings({ projectId, settings }: Plan, endpoint: string): Record<string, string> {
  return {
    ...settings,
    APPWRITE_FUNCTION_API_ENDPOINT: endpoint,
    APPWRITE_FUNCTION_PROJECT_ID: projectId,
    OPEN_RUNTIMES_ENTRYPOINT: 'main.cjs',
    OPEN_RUNTIMES_ENV: 'production',
  };
}

let host: Promise<string> | undefined;

/** The host that functions run in, as one file, since starting it must not take longer than the real one does. */
async function buildHost(): Promise<string> {
  const outfile = join(tmpdir(), `bench-host-${process.pid}.cjs`);
  const source = here('../local/runtime/server.ts');
  await build({ entryPoints: [source], bundle: true, platform: 'node', target: 'node24', format: 'cjs', outfile });
  return outfile;
}

/** Starts a built function, or the one in the given folder; BENCH_RUNTIME may name another host that reports its port. */
export async function startFunction(id: string, env: Record<string, string>, cwd?: string): Promise<Program> {
  host ??= process.env.BENCH_RUNTIME ? Promise.resolve(process.env.BENCH_RUNTIME) : buildHost();
  return startNode({ file: await host, env, cwd: cwd ?? `${functions}/${id}/dist` });
}
