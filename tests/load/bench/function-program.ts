import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plan } from './plan.ts';
import { here, type Launch, type Program, startNode } from './program.ts';

const functions = fileURLToPath(new URL('../../../functions', import.meta.url));

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

/** Where the build puts a function. */
export const builtFolder = (id: string) => `${functions}/${id}/dist`;

let host: Promise<string> | undefined;

/** Only the project's own part of the host becomes one file: the platform's loads its packages from their folders, too. */
async function buildHost(): Promise<string> {
  const [source, outfile] = [here('programs/runtime-host.ts'), here('dist/runtime-host.cjs')];
  await build({
    entryPoints: [source],
    bundle: true,
    external: ['micro', 'superjson'],
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    outfile,
  });
  return outfile;
}

/** Starts a built function, or the one in the folder `cwd`. */
export async function startFunction(id: string, { cwd = builtFolder(id), ...launch }: Launch): Promise<Program> {
  host ??= buildHost();
  return startNode(await host, { cwd, ...launch });
}
