import { Query } from 'node-appwrite';
import * as z from 'zod/mini';
import type { LayoutDeclaration } from '../project/layout.ts';
import { type Remote, undefinedIfMissing } from './remote.ts';

/** The project as it is, limited to what the declaration describes. */

// The SDK returns integers beyond 2^53 as BigInt.
const number = z.pipe(z.union([z.number(), z.bigint()]), z.transform(Number));
const nullish = <T extends z.ZodMiniType>(type: T) => z.optional(z.nullable(type));
const strings = z.array(z.string());

const Column = z.object({
  key: z.string(),
  type: z.string(),
  status: z.string(),
  error: nullish(z.string()),
  required: z.boolean(),
  array: nullish(z.boolean()),
  default: nullish(z.unknown()),
  size: nullish(number),
  encrypt: nullish(z.boolean()),
  min: nullish(number),
  max: nullish(number),
  format: nullish(z.string()),
  elements: nullish(strings),
});

const Index = z.object({
  key: z.string(),
  type: z.string(),
  status: z.string(),
  error: nullish(z.string()),
  columns: strings,
  orders: nullish(z.array(nullish(z.string()))),
});

const Table = z.object({
  $id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  rowSecurity: z.boolean(),
  $permissions: strings,
  columns: z.array(Column),
  indexes: z.array(Index),
});

const Bucket = z.object({
  $id: z.string(),
  name: z.string(),
  $permissions: strings,
  fileSecurity: z.boolean(),
  enabled: z.boolean(),
  maximumFileSize: number,
  allowedFileExtensions: strings,
  compression: z.string(),
  encryption: z.boolean(),
  antivirus: z.boolean(),
});

const Variable = z.object({
  $id: z.string(),
  $updatedAt: z.string(),
  key: z.string(),
  value: z.string(),
  secret: z.boolean(),
});

const Fn = z.object({
  $id: z.string(),
  name: z.string(),
  runtime: z.string(),
  execute: strings,
  events: strings,
  schedule: z.string(),
  scopes: strings,
  timeout: number,
  enabled: z.boolean(),
  logging: z.boolean(),
  live: z.boolean(),
  entrypoint: z.string(),
  commands: z.string(),
  buildSpecification: nullish(z.string()),
  runtimeSpecification: nullish(z.string()),
  deploymentId: z.string(),
});

const Rule = z.object({
  $id: z.string(),
  domain: z.string(),
  type: z.string(),
  deploymentResourceType: nullish(z.string()),
  deploymentResourceId: nullish(z.string()),
  status: z.string(),
});

const Deployment = z.object({ $id: z.string(), $createdAt: z.string(), $updatedAt: z.string(), status: z.string() });

export type LiveColumn = z.infer<typeof Column>;
export type LiveIndex = z.infer<typeof Index>;
export type LiveTable = z.infer<typeof Table>;
export type LiveBucket = z.infer<typeof Bucket>;
export type LiveVariable = z.infer<typeof Variable>;
export type LiveRule = z.infer<typeof Rule>;
export type LiveFunction = z.infer<typeof Fn> & {
  variables: LiveVariable[];
  /** The active deployment. */
  deployment: z.infer<typeof Deployment> | undefined;
};

export type Live = {
  database: { name: string; enabled: boolean } | undefined;
  tables: LiveTable[];
  buckets: LiveBucket[];
  functions: LiveFunction[];
  /** The functions that only the other layout has. */
  others: LiveFunction[];
  rules: LiveRule[];
};

const withoutUndefined = <T>(list: (T | undefined)[]): T[] => list.filter((item) => item !== undefined);

async function readFunction({ functions }: Remote, functionId: string): Promise<LiveFunction | undefined> {
  const answer = await undefinedIfMissing(functions.get({ functionId }));
  if (!answer) return undefined;
  const known = z.parse(Fn, answer);
  const { deploymentId } = known;
  const [{ variables }, deployment] = await Promise.all([
    functions.listVariables({ functionId, queries: [Query.limit(100)] }),
    deploymentId === '' ? undefined : undefinedIfMissing(functions.getDeployment({ functionId, deploymentId })),
  ]);
  return {
    ...known,
    variables: z.parse(z.array(Variable), variables),
    deployment: deployment && z.parse(Deployment, deployment),
  };
}

export async function readTables({ tables }: Remote, databaseId: string): Promise<LiveTable[]> {
  const answer = await undefinedIfMissing(tables.listTables({ databaseId, queries: [Query.limit(100)] }));
  return z.parse(z.array(Table), answer?.tables ?? []);
}

export async function readRules({ rules }: Remote): Promise<LiveRule[]> {
  const answer = await rules.listRules({ queries: [Query.limit(100)] });
  return z.parse(z.array(Rule), answer.rules).filter(({ deploymentResourceType: type }) => type === 'function');
}

export async function readLive(remote: Remote, declared: LayoutDeclaration): Promise<Live> {
  const databaseId = declared.tablesDB[0]?.$id ?? '';
  const [database, tables, buckets, functions, others, rules] = await Promise.all([
    undefinedIfMissing(remote.tables.get({ databaseId })),
    readTables(remote, databaseId),
    Promise.all(
      declared.buckets.map(({ $id: bucketId }) => undefinedIfMissing(remote.storage.getBucket({ bucketId }))),
    ),
    Promise.all(declared.functions.map(({ $id }) => readFunction(remote, $id))),
    Promise.all(declared.others.map(({ $id }) => readFunction(remote, $id))),
    readRules(remote),
  ]);
  return {
    database,
    tables,
    buckets: z.parse(z.array(Bucket), withoutUndefined(buckets)),
    functions: withoutUndefined(functions),
    others: withoutUndefined(others),
    rules,
  };
}
