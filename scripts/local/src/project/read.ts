import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Fields, isFields } from '../http/call.ts';
import {
  type Bucket,
  type Column,
  type FunctionSpec,
  type Index,
  type Project,
  type Table,
  tableKey,
} from './types.ts';

/** An appwrite.json: its path, or its parsed content with the folder that its paths are relative to. */
export type ProjectConfig = string | { folder: string; content: object };

/** The content of a project file, and the folder that the paths of its functions are relative to. */
export function readConfig(config: ProjectConfig): { folder: string; content: Fields } {
  const { folder, content } =
    typeof config === 'string'
      ? { folder: dirname(resolve(config)), content: JSON.parse(readFileSync(config, 'utf8')) as unknown }
      : config;
  if (!isFields(content))
    throw new Error(`${typeof config === 'string' ? config : 'The given content'} is not an Appwrite project.`);
  return { folder, content };
}

/** Reads a project; throws for relationships and for unsupported types of indexes. */
export function readProject(from: ProjectConfig): Project {
  const { folder, content: config } = readConfig(from);
  const tables = list(config, 'tables').map(readTable);
  const databases = list(config, 'tablesDB').concat(list(config, 'databases'));
  return {
    id: text(config, 'projectId'),
    name: text(config, 'projectName') || text(config, 'projectId'),
    databases: new Set([...databases.map((entry) => text(entry, '$id')), ...tables.map((table) => table.databaseId)]),
    tables: new Map(tables.map((table) => [tableKey(table.databaseId, table.id), table])),
    buckets: new Map(list(config, 'buckets').map((entry) => [text(entry, '$id'), readBucket(entry)])),
    functions: new Map(list(config, 'functions').map((entry) => [text(entry, '$id'), readFunction(entry, folder)])),
  };
}

function readTable(entry: Fields): Table {
  return {
    id: text(entry, '$id'),
    databaseId: text(entry, 'databaseId'),
    name: text(entry, 'name'),
    enabled: entry.enabled !== false,
    rowSecurity: entry.rowSecurity === true,
    permissions: texts(entry, '$permissions'),
    columns: list(entry, 'columns').map(readColumn),
    indexes: list(entry, 'indexes').map(readIndex),
  };
}

export function readColumn(entry: Fields): Column {
  const column: Column = {
    key: text(entry, 'key'),
    type: text(entry, 'type'),
    required: entry.required === true,
    array: entry.array === true,
    default: entry.default ?? null,
  };
  if (column.type === 'relationship') throw new Error(`Column ${column.key}: relationships are not supported locally.`);
  if (typeof entry.size === 'number') column.size = entry.size;
  if (typeof entry.min === 'number') column.min = entry.min;
  if (typeof entry.max === 'number') column.max = entry.max;
  if (Array.isArray(entry.elements)) column.elements = texts(entry, 'elements');
  if (typeof entry.format === 'string' && entry.format !== '') column.format = entry.format;
  return column;
}

export function readIndex(entry: Fields): Index {
  const type = text(entry, 'type');
  if (type !== 'key' && type !== 'unique' && type !== 'fulltext') {
    throw new Error(`Index ${text(entry, 'key')}: type ${type} is not supported locally.`);
  }
  const enforced = type === 'unique' && entry.enforced === false ? 'key' : type;
  const orders = texts(entry, 'orders').map((order) => order.toUpperCase());
  return { key: text(entry, 'key'), type: enforced, columns: texts(entry, 'columns'), orders };
}

export function readBucket(entry: Fields): Bucket {
  return {
    id: text(entry, '$id'),
    name: text(entry, 'name'),
    enabled: entry.enabled !== false,
    fileSecurity: entry.fileSecurity === true,
    permissions: texts(entry, '$permissions'),
    maximumFileSize: number(entry, 'maximumFileSize', 30_000_000),
    allowedFileExtensions: texts(entry, 'allowedFileExtensions').map((extension) => extension.toLowerCase()),
    transformations: entry.transformations !== false,
    encryption: entry.encryption !== false,
    compression: text(entry, 'compression') || 'none',
  };
}

export function readFunction(entry: Fields, folder: string): FunctionSpec {
  return {
    id: text(entry, '$id'),
    name: text(entry, 'name'),
    runtime: text(entry, 'runtime'),
    folder: resolve(folder, text(entry, 'path')),
    entrypoint: text(entry, 'entrypoint'),
    execute: texts(entry, 'execute'),
    events: texts(entry, 'events'),
    schedule: text(entry, 'schedule'),
    scopes: texts(entry, 'scopes'),
    timeout: number(entry, 'timeout', 15),
    enabled: entry.enabled !== false,
    logging: entry.logging !== false,
    deploymentId: text(entry, 'deploymentId') || `local-${text(entry, '$id')}`,
  };
}

function list(entry: Fields, key: string): Fields[] {
  const value = entry[key];
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function text(entry: Fields, key: string): string {
  const value = entry[key];
  return typeof value === 'string' ? value : '';
}

function texts(entry: Fields, key: string): string[] {
  const value = entry[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function number(entry: Fields, key: string, fallback: number): number {
  const value = entry[key];
  return typeof value === 'number' ? value : fallback;
}
