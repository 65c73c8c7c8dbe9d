import type { Engine } from '../database/engine.ts';

export type Column = {
  key: string;
  type: string;
  required: boolean;
  array: boolean;
  default: unknown;
  size?: number;
  min?: number;
  max?: number;
  elements?: string[];
  format?: string;
};

export type Index = { key: string; type: 'key' | 'unique' | 'fulltext'; columns: string[]; orders: string[] };

export type Table = {
  id: string;
  databaseId: string;
  name: string;
  rowSecurity: boolean;
  permissions: string[];
  columns: Column[];
  indexes: Index[];
  /** How `$sequence` is shown; known once the table is made in a database. */
  sequence?: Engine['sequence'];
};

export type Bucket = {
  id: string;
  name: string;
  fileSecurity: boolean;
  permissions: string[];
  maximumFileSize: number;
  allowedFileExtensions: string[];
  transformations: boolean;
};

export type FunctionSpec = {
  id: string;
  name: string;
  runtime: string;
  /** Absolute folder of the built code. */
  folder: string;
  entrypoint: string;
  execute: string[];
  events: string[];
  schedule: string;
  scopes: string[];
  timeout: number;
  enabled: boolean;
  logging: boolean;
};

export type Project = {
  id: string;
  name: string;
  databases: Set<string>;
  /** Keyed by `<databaseId>/<tableId>`. */
  tables: Map<string, Table>;
  buckets: Map<string, Bucket>;
  functions: Map<string, FunctionSpec>;
};

export function tableKey(databaseId: string, tableId: string): string {
  return `${databaseId}/${tableId}`;
}
