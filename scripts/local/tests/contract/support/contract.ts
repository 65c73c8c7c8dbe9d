import { type Client, Functions, Proxy as ProxyRules, Storage, TablesDB, Tokens } from 'node-appwrite';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Deployed, makeFunctions } from './make-functions.ts';
import { makeTables, type TableWanted } from './make-tables.ts';
import { uniqueName } from './names.ts';
import { clientOf, openTarget, type Target } from './target.ts';

export type Services = { client: Client; tables: TablesDB; storage: Storage; tokens: Tokens; functions: Functions };

/** A database, a bucket and functions for one test file, through the real SDK; all are removed when it ends. */
export type Contract = Services & {
  target: Target;
  databaseId: string;
  bucketId: string;
  /** The services as a guest, without a key. */
  guest: Services;
  /** The id of a function on the server, by its name in the test. */
  functionId(name: string): string;
  functionHost(name: string): string;
};

type Wanted = {
  tables?: TableWanted[];
  bucket?: { fileSecurity: boolean };
  /** By name, or a callback if they need the database's id. */
  functions?: Record<string, Deployed> | ((databaseId: string) => Record<string, Deployed>);
  domains?: boolean;
};

type Undo = () => Promise<unknown>;

export function useContract(wanted: Wanted = {}): Contract {
  const prefix = uniqueName();
  const contract = {
    databaseId: prefix,
    bucketId: prefix,
    functionId: (name: string) => `${prefix}-${name}`,
  } as Contract;
  contract.functionHost = (name) => `${contract.functionId(name)}.${contract.target.functionsDomain}`;
  const undo: Undo[] = [];
  beforeAll(async () => {
    const target = await openTarget();
    undo.push(() => target.close());
    Object.assign(contract, { target, ...servicesOf(clientOf(target).setKey(target.apiKey)) });
    contract.guest = servicesOf(clientOf(target));
    await makeAll(contract, wanted, undo);
  }, 120_000);
  afterEach(({ task }) => {
    Object.assign(task.meta, { contract: { assertions: expect.getState().assertionCalls } });
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step().catch((error) => process.stderr.write(`Not removed: ${error}\n`));
  }, 120_000);
  return contract;
}

export function servicesOf(client: Client): Services {
  return {
    client,
    tables: new TablesDB(client),
    storage: new Storage(client),
    tokens: new Tokens(client),
    functions: new Functions(client),
  };
}

async function makeAll(contract: Contract, wanted: Wanted, undo: Undo[]): Promise<void> {
  const { tables, storage, functions, databaseId, bucketId } = contract;
  if (wanted.tables) {
    undo.push(() => tables.delete({ databaseId }));
    await tables.create({ databaseId, name: 'Contract' });
    await makeTables(tables, databaseId, wanted.tables);
  }
  if (wanted.bucket) {
    undo.push(() => storage.deleteBucket({ bucketId }));
    const limits = { maximumFileSize: 20_000_000, allowedFileExtensions: ['jpg', 'png', 'txt'] };
    await storage.createBucket({ bucketId, name: 'Contract', permissions: [], ...wanted.bucket, ...limits });
  }
  const { functions: given = {} } = wanted;
  const deployments = typeof given === 'function' ? given(databaseId) : given;
  for (const [name, deployed] of Object.entries(deployments)) {
    const functionId = contract.functionId(name);
    undo.push(() => functions.delete({ functionId }));
    await makeFunctions(functions, functionId, deployed);
    if (!wanted.domains) continue;
    const proxy = new ProxyRules(contract.client);
    const rule = await proxy.createFunctionRule({ domain: contract.functionHost(name), functionId });
    undo.push(() => proxy.deleteRule({ ruleId: rule.$id }));
  }
}
