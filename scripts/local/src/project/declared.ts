import type { Variables } from '../functions/hosts.ts';
import { type Fields, isFields } from '../http/call.ts';
import type { Definitions } from './definitions.ts';
import { type ProjectConfig, readConfig } from './read.ts';
import { functionsHost } from './types.ts';

const bucketDefaults = { compression: 'none', encryption: true, antivirus: true, transformations: true, totalSize: 0 };

/** Creates the definitions of an appwrite.json, so that management calls can read them. */
export function declare(definitions: Definitions, from: ProjectConfig, variables: Variables): void {
  const { content: config } = readConfig(from);
  for (const entry of entries(config, 'tablesDB')) {
    definitions.create('database', entry.$id, { ...entry, type: 'tablesdb' });
  }
  for (const table of entries(config, 'tables')) declareTable(definitions, table);
  for (const bucket of entries(config, 'buckets'))
    definitions.create('bucket', bucket.$id, { ...bucketDefaults, ...bucket });
  for (const entry of entries(config, 'functions')) declareFunction(definitions, entry, variables);
}

type Entry = Fields & { $id: string };

function declareTable(definitions: Definitions, { columns, indexes, ...table }: Entry): void {
  const path = `${table.databaseId}/${table.$id}`;
  const about = { databaseId: table.databaseId, tableId: table.$id, status: 'available', error: '' };
  definitions.create('table', path, table);
  for (const column of list(columns)) {
    definitions.create('column', `${path}/${column.key}`, { ...column, ...about, $id: String(column.key) });
  }
  for (const index of list(indexes)) {
    definitions.create('index', `${path}/${index.key}`, { ...index, ...about, lengths: [], $id: String(index.key) });
  }
}

function declareFunction(definitions: Definitions, entry: Entry, variables: Variables): void {
  const { specification = 's-1vcpu-512mb', path: _, ...settings } = entry;
  const about = { secret: true, resourceType: 'function', resourceId: entry.$id };
  for (const [key, value] of Object.entries({ ...variables['*'], ...variables[entry.$id] })) {
    const secret = key.includes('SECRET');
    definitions.create('variable', `${entry.$id}/${key}`, { ...about, $id: key, key, value, secret });
  }
  const deployment = definitions.create('deployment', `${entry.$id}/local-${entry.$id}`, {
    $id: `local-${entry.$id}`,
    ...{ type: 'manual', resourceId: entry.$id, resourceType: 'functions', status: 'ready', activate: true },
    ...{ entrypoint: entry.entrypoint, buildLogs: '', sourceSize: 0, buildSize: 0, totalSize: 0 },
  });
  const { $id: deploymentId, $createdAt: deploymentCreatedAt } = deployment;
  definitions.create('function', entry.$id, {
    ...settings,
    ...{ $id: entry.$id, live: true, deploymentId, deploymentCreatedAt, deploymentRetention: 0, version: 'v5' },
    ...{ buildSpecification: specification, runtimeSpecification: specification },
    ...{
      latestDeploymentId: deploymentId,
      latestDeploymentCreatedAt: deploymentCreatedAt,
      latestDeploymentStatus: 'ready',
    },
  });
  declareRule(definitions, entry.$id, deploymentId);
}

function declareRule(definitions: Definitions, functionId: string, deploymentId: string): void {
  definitions.create('rule', functionId, {
    $id: functionId,
    domain: `${functionId}.${functionsHost}`,
    ...{ type: 'deployment', trigger: 'manual', status: 'verified', logs: '', renewAt: '' },
    ...{ deploymentId, deploymentResourceType: 'function', deploymentResourceId: functionId },
  });
}

function entries(config: Fields, key: string): Entry[] {
  return list(config[key]).filter((entry): entry is Entry => typeof entry.$id === 'string');
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
