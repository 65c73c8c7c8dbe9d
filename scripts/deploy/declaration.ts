import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

/** The format of appwrite.json. It is strict, so that no part of the file is ignored silently. */

const Column = z.strictObject({
  key: z.string(),
  type: z.enum(['string', 'integer', 'double', 'boolean', 'datetime']),
  required: z.boolean(),
  array: z.boolean(),
  default: z.nullable(z.union([z.string(), z.number(), z.boolean()])),
  size: z.optional(z.number()),
  encrypt: z.optional(z.boolean()),
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  format: z.optional(z.enum(['', 'enum'])),
  elements: z.optional(z.array(z.string())),
});

const Index = z.strictObject({
  key: z.string(),
  type: z.enum(['key', 'unique', 'fulltext']),
  columns: z.array(z.string()),
  orders: z.array(z.enum(['ASC', 'DESC'])),
});

const Table = z.strictObject({
  $id: z.string(),
  databaseId: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  rowSecurity: z.boolean(),
  $permissions: z.array(z.string()),
  columns: z.array(Column),
  indexes: z.array(Index),
});

const Bucket = z.strictObject({
  $id: z.string(),
  name: z.string(),
  $permissions: z.array(z.string()),
  fileSecurity: z.boolean(),
  enabled: z.boolean(),
  maximumFileSize: z.number(),
  allowedFileExtensions: z.array(z.string()),
  compression: z.enum(['none', 'gzip', 'zstd']),
  encryption: z.boolean(),
  antivirus: z.boolean(),
});

const Fn = z.strictObject({
  $id: z.string(),
  name: z.string(),
  runtime: z.string(),
  specification: z.string(),
  path: z.string(),
  entrypoint: z.string(),
  commands: z.string(),
  ignore: z.optional(z.string()),
  execute: z.array(z.string()),
  events: z.array(z.string()),
  schedule: z.string(),
  scopes: z.array(z.string()),
  timeout: z.number(),
  enabled: z.boolean(),
  logging: z.boolean(),
});

const Database = z.strictObject({ $id: z.string(), name: z.string(), enabled: z.boolean() });

const Declaration = z.strictObject({
  projectId: z.string(),
  projectName: z.string(),
  functions: z.array(Fn),
  tablesDB: z.array(Database),
  tables: z.array(Table),
  buckets: z.array(Bucket),
});

export type DeclaredColumn = z.infer<typeof Column>;
export type DeclaredIndex = z.infer<typeof Index>;
export type DeclaredTable = z.infer<typeof Table>;
export type DeclaredBucket = z.infer<typeof Bucket>;
/**
 * `parts`: the functions of appwrite.json that this function contains, by default itself. Set for a layout;
 * appwrite.json has no such member.
 */
export type DeclaredFunction = z.infer<typeof Fn> & { parts?: readonly string[] };
export type Declaration = Omit<z.infer<typeof Declaration>, 'functions'> & { functions: DeclaredFunction[] };

/** Whether clients may call a function; such a function has a domain. */
export function isPublic({ execute }: Pick<DeclaredFunction, 'execute'>): boolean {
  return execute.includes('any') || execute.includes('guests');
}

/** Reads an appwrite.json; throws for unknown and missing keys. */
export function readDeclaration(file: string): Declaration {
  const result = z.safeParse(Declaration, JSON.parse(readFileSync(file, 'utf8')));
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${file} cannot be deployed:\n${faults.join('\n')}`);
}
