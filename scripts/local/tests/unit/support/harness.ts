import { join } from 'node:path';
import { Client, Functions, Storage, TablesDB, Tokens } from 'node-appwrite';
import { afterAll, beforeAll } from 'vitest';
import { type LocalAppwrite, type LocalAppwriteOptions, startLocalAppwrite } from '../../../src/index.ts';
import { makeProject, type ProjectOptions } from './project.ts';

export type TestServer = {
  appwrite: LocalAppwrite;
  tables: TablesDB;
  storage: Storage;
  tokens: Tokens;
  functions: Functions;
  client: Client;
  /** The services as a guest, without a key. */
  guest: { tables: TablesDB; storage: Storage; functions: Functions; client: Client };
  restart(options?: Partial<LocalAppwriteOptions>): Promise<void>;
};

/** A local Appwrite for one test file, with clients of the real SDK. */
export function useLocalAppwrite(options: ProjectOptions = {}, more: Partial<LocalAppwriteOptions> = {}): TestServer {
  const server = {} as TestServer;
  const project = makeProject(options);
  const start = async (extra: Partial<LocalAppwriteOptions> = {}) => {
    const dataDir = join(project.folder, 'data');
    connect(
      server,
      await startLocalAppwrite({ dataDir, config: project.config, reuseCompiled: false, ...more, ...extra }),
    );
  };
  server.restart = async (extra) => {
    await server.appwrite.close();
    await start(extra);
  };
  beforeAll(() => start());
  afterAll(async () => {
    await server.appwrite.close();
    project.remove();
  });
  return server;
}

function connect(server: TestServer, appwrite: LocalAppwrite): void {
  const client = makeClient(appwrite).setKey(appwrite.apiKey);
  const guestClient = makeClient(appwrite);
  Object.assign(server, {
    appwrite,
    client,
    tables: new TablesDB(client),
    storage: new Storage(client),
    tokens: new Tokens(client),
    functions: new Functions(client),
    guest: {
      client: guestClient,
      tables: new TablesDB(guestClient),
      storage: new Storage(guestClient),
      functions: new Functions(guestClient),
    },
  });
}

export function makeClient(appwrite: LocalAppwrite): Client {
  return new Client().setEndpoint(appwrite.endpoint).setProject(appwrite.projectId);
}
