import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { ApiError } from '../http/errors.ts';
import type { FunctionSpec, Project } from '../project/types.ts';
import { containerName, FunctionHost } from './host.ts';

export type Variables = Record<string, Record<string, string>>;

type Options = {
  project: Project;
  node: string;
  variables: Variables;
  reuseCompiled: boolean;
  endpoint: () => string;
  print: (line: string) => void;
};

/** Variables that a real Appwrite sets for functions; they are empty here. */
const emptyVariables = Object.fromEntries(
  [
    ...['REPOSITORY_ID', 'REPOSITORY_NAME', 'REPOSITORY_OWNER', 'REPOSITORY_URL', 'REPOSITORY_BRANCH'],
    ...['REPOSITORY_BRANCH_URL', 'COMMIT_HASH', 'COMMIT_MESSAGE', 'COMMIT_URL', 'COMMIT_AUTHOR_NAME'],
    ...['COMMIT_AUTHOR_URL', 'ROOT_DIRECTORY'],
  ]
    .map((name) => `APPWRITE_VCS_${name}`)
    .concat(
      ['CLEANUP', 'COMPRESSION', 'ENV', 'HEADERS', 'NEXTJS_CLEANUP', 'SERVER_COMMAND'].map(
        (name) => `OPEN_RUNTIMES_${name}`,
      ),
    )
    .map((name) => [name, '']),
);

/** The processes of all functions, one per function. */
export class FunctionHosts {
  readonly secret = randomBytes(16).toString('hex');
  readonly #options: Options;
  readonly #hosts = new Map<string, FunctionHost>();
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  get(spec: FunctionSpec): FunctionHost {
    // An event that is delivered after `close` would start a process that is never ended.
    if (this.#closed) throw new Error('The local Appwrite is closed.');
    const known = this.#hosts.get(spec.id);
    if (known) return known;
    if (!existsSync(spec.folder)) throw new ApiError('deployment_not_found');
    const host = new FunctionHost({
      node: this.#options.node,
      folder: spec.folder,
      environment: this.#environment(spec),
      reuseCompiled: this.#options.reuseCompiled,
      print: (line) => this.#options.print(`[${spec.id}] ${line}`),
    });
    this.#hosts.set(spec.id, host);
    return host;
  }

  kill(functionId: string): void {
    this.#hosts.get(functionId)?.kill();
  }

  pid(functionId: string): number | undefined {
    return this.#hosts.get(functionId)?.pid;
  }

  async end(functionId: string): Promise<void> {
    await this.#hosts.get(functionId)?.end();
  }

  /** Kills and forgets the process, so that the next one starts with new code or variables. */
  discard(functionId: string): void {
    this.kill(functionId);
    this.#hosts.delete(functionId);
  }

  /** Ends all processes; later requests throw. */
  close(): void {
    this.#closed = true;
    for (const id of [...this.#hosts.keys()]) this.discard(id);
  }

  /** Only declared variables: functions do not inherit the environment of this process. */
  #environment(spec: FunctionSpec): Record<string, string> {
    const { variables, project, endpoint } = this.#options;
    return {
      TZ: 'UTC',
      CI: 'true',
      ...emptyVariables,
      ...variables['*'],
      ...variables[spec.id],
      OPEN_RUNTIMES_ENTRYPOINT: spec.entrypoint,
      OPEN_RUNTIMES_SECRET: this.secret,
      OPEN_RUNTIMES_HOSTNAME: containerName(spec.id),
      OPEN_RUNTIMES_CPUS: '1',
      OPEN_RUNTIMES_MEMORY: '512',
      APPWRITE_FUNCTION_API_ENDPOINT: endpoint(),
      APPWRITE_FUNCTION_ID: spec.id,
      APPWRITE_FUNCTION_NAME: spec.name,
      APPWRITE_FUNCTION_DEPLOYMENT: spec.deploymentId,
      APPWRITE_FUNCTION_PROJECT_ID: project.id,
      APPWRITE_FUNCTION_RUNTIME_NAME: 'Node.js',
      APPWRITE_FUNCTION_RUNTIME_VERSION: spec.runtime.replace('node-', ''),
      APPWRITE_FUNCTION_CPUS: '1',
      APPWRITE_FUNCTION_MEMORY: '512',
      APPWRITE_VERSION: '1.9.6',
      APPWRITE_REGION: 'default',
      APPWRITE_DEPLOYMENT_TYPE: 'cli',
    };
  }
}
