import type { Engine } from '../database/engine.ts';

/** The default of `_APP_DOMAIN_FUNCTIONS`. */
export const functionsHost = 'functions.localhost';

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
  /** Guests get 404 for a disabled table. Undefined means enabled. */
  enabled?: boolean;
  rowSecurity: boolean;
  permissions: string[];
  columns: Column[];
  indexes: Index[];
  /** How `$sequence` is shown; set when the table is created in a database. */
  sequence?: Engine['sequence'];
};

export type Bucket = {
  id: string;
  name: string;
  /** Guests get 404 for a disabled bucket. */
  enabled: boolean;
  fileSecurity: boolean;
  permissions: string[];
  maximumFileSize: number;
  allowedFileExtensions: string[];
  transformations: boolean;
  encryption: boolean;
  compression: string;
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
  deploymentId: string;
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
