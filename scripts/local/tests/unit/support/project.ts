import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Entry = Record<string, unknown>;

export type ProjectOptions = {
  tables?: Entry[];
  buckets?: Entry[];
  /** The source of each function's CommonJS module, by id. */
  functions?: Record<string, string>;
  /** Settings that differ from an ordinary public function, by id. */
  settings?: Record<string, Entry>;
};

const text = { type: 'string', required: false, array: false, default: null, size: 100 };

/** A table with a column of every common kind. */
export const notes: Entry = {
  $id: 'notes',
  databaseId: 'main',
  name: 'Notes',
  rowSecurity: false,
  $permissions: [],
  columns: [
    { ...text, key: 'title', required: true },
    { ...text, key: 'topic' },
    { ...text, key: 'words', size: 4000 },
    {
      key: 'state',
      type: 'string',
      format: 'enum',
      elements: ['open', 'shut'],
      required: false,
      array: false,
      default: 'open',
    },
    { key: 'number', type: 'integer', required: false, array: false, min: 0, max: 1000, default: null },
    { key: 'weight', type: 'double', required: false, array: false, default: null },
    { key: 'done', type: 'boolean', required: false, array: false, default: null },
    { key: 'due', type: 'datetime', required: false, array: false, default: null },
    { ...text, key: 'labels', array: true },
  ],
  indexes: [
    { key: 'title', type: 'unique', columns: ['title'], orders: ['ASC'] },
    { key: 'topic', type: 'key', columns: ['topic', '$createdAt'], orders: ['ASC', 'DESC'] },
    { key: 'words', type: 'fulltext', columns: ['words'], orders: [] },
  ],
};

export const pictures: Entry = {
  $id: 'pictures',
  name: 'Pictures',
  $permissions: [],
  fileSecurity: true,
  enabled: true,
  maximumFileSize: 20_000_000,
  allowedFileExtensions: ['jpg', 'png', 'txt'],
};

export function makeProject(options: ProjectOptions = {}): { folder: string; config: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'local-appwrite-'));
  const functions = Object.entries(options.functions ?? {}).map(([id, source]) => {
    mkdirSync(join(folder, id));
    writeFileSync(join(folder, id, 'main.cjs'), source);
    return { ...ordinary(id), ...options.settings?.[id] };
  });
  const project = {
    projectId: 'test',
    projectName: 'Test',
    functions,
    tablesDB: [{ $id: 'main', name: 'Main', enabled: true }],
    tables: options.tables ?? [notes],
    buckets: options.buckets ?? [pictures],
  };
  const config = join(folder, 'appwrite.json');
  writeFileSync(config, JSON.stringify(project));
  return { folder, config, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function ordinary(id: string): Entry {
  return {
    $id: id,
    name: id,
    runtime: 'node-24',
    path: id,
    entrypoint: 'main.cjs',
    execute: ['any'],
    events: [],
    schedule: '',
    scopes: ['rows.read', 'rows.write'],
    timeout: 5,
    enabled: true,
    logging: true,
  };
}
