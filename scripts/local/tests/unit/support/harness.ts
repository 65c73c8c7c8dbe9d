import { join } from 'node:path';
import { Client, Functions, Storage, TablesDB, Tokens } from 'node-appwrite';
import { afterAll, beforeAll } from 'vitest';
import { type LocalAppwrite, type LocalAppwriteOptions, startLocalAppwrite } from '../../../src/index.ts';
import { makeProject, type ProjectOptions } from './project.ts';

export type World = {
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
export function useWorld(options: ProjectOptions = {}, more: Partial<LocalAppwriteOptions> = {}): World {
  const world = {} as World;
  const project = makeProject(options);
  const start = async (extra: Partial<LocalAppwriteOptions> = {}) => {
    const dataDir = join(project.folder, 'data');
    connect(
      world,
      await startLocalAppwrite({ dataDir, config: project.config, reuseCompiled: false, ...more, ...extra }),
    );
  };
  world.restart = async (extra) => {
    await world.appwrite.close();
    await start(extra);
  };
  beforeAll(() => start());
  afterAll(async () => {
    await world.appwrite.close();
    project.remove();
  });
  return world;
}

function connect(world: World, appwrite: LocalAppwrite): void {
  const client = makeClient(appwrite).setKey(appwrite.apiKey);
  const stranger = makeClient(appwrite);
  Object.assign(world, {
    appwrite,
    client,
    tables: new TablesDB(client),
    storage: new Storage(client),
    tokens: new Tokens(client),
    functions: new Functions(client),
    guest: {
      client: stranger,
      tables: new TablesDB(stranger),
      storage: new Storage(stranger),
      functions: new Functions(stranger),
    },
  });
}

export function makeClient(appwrite: LocalAppwrite): Client {
  return new Client().setEndpoint(appwrite.endpoint).setProject(appwrite.projectId);
}
