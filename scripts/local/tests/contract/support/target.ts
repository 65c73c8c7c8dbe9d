import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'node-appwrite';
import { startLocalAppwrite } from '../../../src/index.ts';

/** The Appwrite under test: a real one if APPWRITE_ENDPOINT is set, else a local one for this file. */
export type Target = {
  endpoint: string;
  projectId: string;
  apiKey: string;
  /** The suffix of function domains. */
  functionsDomain: string;
  real: boolean;
  /** Lets time pass: a local one moves its clock, a real one waits. */
  pass(milliseconds: number): Promise<void>;
  /** Waits for events and executions to end; on a real one for three seconds. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export function openTarget(env: NodeJS.ProcessEnv = process.env): Promise<Target> {
  const { APPWRITE_ENDPOINT: endpoint } = env;
  return endpoint ? openReal(endpoint.replace(/\/+$/, ''), env) : openLocal();
}

async function openReal(endpoint: string, env: NodeJS.ProcessEnv): Promise<Target> {
  const { APPWRITE_PROJECT_ID: projectId, APPWRITE_API_KEY: apiKey, APPWRITE_FUNCTIONS_DOMAIN = '' } = env;
  if (!projectId || !apiKey) throw new Error('APPWRITE_ENDPOINT needs APPWRITE_PROJECT_ID and APPWRITE_API_KEY.');
  return {
    ...{ endpoint, projectId, apiKey, functionsDomain: APPWRITE_FUNCTIONS_DOMAIN, real: true },
    pass: pause,
    settle: () => pause(3000),
    close: async () => {},
  };
}

async function openLocal(): Promise<Target> {
  const dataDir = await mkdtemp(join(tmpdir(), 'contract-'));
  const local = await startLocalAppwrite({ dataDir });
  return {
    endpoint: local.endpoint,
    projectId: local.projectId,
    apiKey: local.apiKey,
    functionsDomain: 'functions.localhost',
    real: false,
    pass: async (milliseconds) => local.clock.advance(milliseconds),
    settle: () => local.settle(),
    close: async () => {
      await local.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function clientOf({ endpoint, projectId }: Pick<Target, 'endpoint' | 'projectId'>): Client {
  const client = new Client().setEndpoint(endpoint).setProject(projectId);
  return endpoint.startsWith('https:') ? client.setSelfSigned(true) : client;
}
