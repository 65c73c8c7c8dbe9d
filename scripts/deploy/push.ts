import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Query } from 'node-appwrite';
import { resultOf } from '#scripts/project/process-result.ts';
import { SECOND } from '#shared/domain/clock.ts';
import type { DeclaredFunction } from './declaration.ts';
import { type Remote, until } from './remote.ts';

const BUILD_SECONDS = 600;

export type PushContext = { remote: Remote; root: string; print: (line: string) => void };

/**
 * Pushes code with appwrite-cli from a copy, since it rewrites the project file. It also succeeds when a build failed,
 * so the result of every deployment is read from the API.
 */
export async function pushCode(context: PushContext, functions: readonly DeclaredFunction[]): Promise<void> {
  const before = await Promise.all(functions.map(({ $id }) => newestDeployment(context.remote, $id)));
  const output = await runCli(context, functions);
  const results = await Promise.allSettled(
    functions.map(({ $id }, at) => confirmDeployment(context, { functionId: $id, before: before[at], output })),
  );
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
  if (faults.length > 0) throw new Error(faults.join('\n\n'));
}

async function newestDeployment({ functions }: Remote, functionId: string): Promise<string | undefined> {
  const queries = [Query.orderDesc('$createdAt'), Query.limit(1)];
  const { deployments } = await functions.listDeployments({ functionId, queries });
  return deployments[0]?.$id;
}

/** Writes the key to a file that only this user can read, since command lines are visible to everybody. */
async function prepare(
  { remote: { target }, root }: PushContext,
  functions: readonly DeclaredFunction[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'complaints-deploy-'));
  const { endpoint, projectId, key } = target;
  const selfSigned = process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0';
  const preferences = { current: 'deploy', selfSigned, deploy: { endpoint, key } };
  await mkdir(join(folder, '.appwrite'));
  await writeFile(join(folder, '.appwrite', 'prefs.json'), JSON.stringify(preferences), { mode: 0o600 });
  await writeFile(
    join(folder, 'appwrite.config.json'),
    JSON.stringify({ projectId, functions: functions.map(({ parts: _parts, ...fn }) => fn) }),
  );
  for (const { path } of functions) await cp(join(root, path), join(folder, path), { recursive: true });
  return folder;
}

async function runCli(context: PushContext, functions: readonly DeclaredFunction[]): Promise<string> {
  const folder = await prepare(context, functions);
  try {
    return await runIn(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The environment that the CLI needs: search paths, locale, proxies, certificates and the cache of compiled code. Never
 * a key or a secret.
 */
export function inheritedVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names =
    /^(PATH|TMPDIR|TEMP|TMP|LANG|SystemRoot|(HTTPS?|NO)_PROXY|NODE_COMPILE_CACHE|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED)$/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => names.test(name)));
}

/**
 * Removes everything from an environment that child processes do not need, since the build starts some that inherit it.
 * Returns the previous content. The endpoint stays: it is no secret, and messages name it.
 */
export function emptyEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const all = { ...environment };
  const needed = { ...inheritedVariables(all), APPWRITE_ENDPOINT: all.APPWRITE_ENDPOINT };
  for (const name of Object.keys(all)) if (!Object.hasOwn(needed, name)) delete environment[name];
  return all;
}

async function runIn(folder: string): Promise<string> {
  const program = createRequire(import.meta.url).resolve('appwrite-cli');
  const options = {
    cwd: folder,
    env: { ...inheritedVariables(process.env), HOME: folder, USERPROFILE: folder, NO_COLOR: '1', FORCE_COLOR: '0' },
  };
  const child = spawn(process.execPath, [program, 'push', 'functions', '--all', '--force', '--async'], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: BUILD_SECONDS * SECOND,
  });
  const { code, output } = await resultOf(child);
  if (code !== 0) throw new Error(`appwrite-cli failed:\n${output}`);
  return output;
}

type ExpectedDeployment = { functionId: string; before: string | undefined; output: string };

async function confirmDeployment(
  { remote, print }: PushContext,
  { functionId, before, output }: ExpectedDeployment,
): Promise<void> {
  const deploymentId = await newestDeployment(remote, functionId);
  if (deploymentId === undefined || deploymentId === before) {
    throw new Error(`appwrite-cli made no deployment of ${functionId}. It said:\n${output.trim()}`);
  }
  const finished = await until(
    async () => {
      const deployment = await remote.functions.getDeployment({ functionId, deploymentId });
      return ['ready', 'failed', 'canceled'].includes(String(deployment.status)) ? deployment : undefined;
    },
    { seconds: BUILD_SECONDS, what: `the build of ${functionId}` },
  );
  if (String(finished.status) !== 'ready') {
    throw new Error(`The build of ${functionId} ended as ${finished.status}:\n${finished.buildLogs.trim()}`);
  }
  await until(
    async () => ((await remote.functions.get({ functionId })).deploymentId === deploymentId ? true : undefined),
    { seconds: 60, what: `deployment ${deploymentId} of ${functionId} to become the active one` },
  );
  print(
    `  ${functionId}: deployment ${deploymentId} is active (${finished.sourceSize} bytes, built in ${finished.buildDuration} s)`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
