import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Database } from '../database.ts';
import { ApiError } from '../http/errors.ts';
import type { Bucket, Column, Project, Table } from '../project/types.ts';
import { ensureTable, sqlName } from '../rows/schema.ts';
import type { RowStore } from '../rows/store.ts';
import { type Row, RowFailure } from '../rows/types.ts';
import type { RowWriter } from '../rows/writer.ts';
import { Disk } from './disk.ts';
import { sniffType } from './sniff.ts';

type Parts = { database: Database; project: Project; rows: RowStore; writer: RowWriter };
export type NewFile = { id: string; name: string; permissions: string[]; bytes: Buffer };
export type Chunk = { number: number; total: number; size: number };

/** Stores files: metadata as rows, contents on disk. */
export class FileStore {
  readonly rows: RowStore;
  readonly #writer: RowWriter;
  readonly #database: Database;
  readonly #disk: Disk;
  readonly #tables = new Map<string, Table>();

  constructor({ database, project, rows, writer }: Parts, dataDir: string) {
    this.rows = rows;
    this.#writer = writer;
    this.#database = database;
    this.#disk = new Disk(join(dataDir, 'files'));
    for (const bucket of project.buckets.values()) this.table(bucket);
  }

  table(bucket: Bucket): Table {
    const known = this.#tables.get(bucket.id);
    if (known) return known;
    const table = fileTable(bucket);
    ensureTable(this.#database, table);
    this.#tables.set(bucket.id, table);
    return table;
  }

  find(bucket: Bucket, id: string): Row | undefined {
    return this.rows.find(this.table(bucket), id);
  }

  content(bucket: Bucket, id: string): Buffer {
    const bytes = this.#disk.read(bucket.id, id);
    if (!bytes) throw new ApiError('storage_file_not_found');
    return bytes;
  }

  /** Writes the bytes before the row, so that every row has its bytes. */
  create(bucket: Bucket, file: NewFile): Row {
    if (this.find(bucket, file.id)) throw new ApiError('storage_file_already_exists');
    this.#disk.write(bucket.id, file.id, file.bytes);
    const about = { ...contentMetadata(bucket, file.bytes), sizeOriginal: file.bytes.length };
    return this.#insert(bucket, file, { ...about, chunksTotal: 1, chunksUploaded: 1 });
  }

  /** Stores one chunk; `fresh` if it is the first of its file. Chunks of a complete file change nothing. */
  addChunk(bucket: Bucket, file: NewFile, chunk: Chunk): { row: Row; fresh: boolean } {
    const table = this.table(bucket);
    const found = this.find(bucket, file.id);
    if (found && found.chunksUploaded === found.chunksTotal) return { row: found, fresh: false };
    const pending = {
      ...{ signature: '', mimeType: '', sizeActual: 0, encryption: bucket.encryption, compression: bucket.compression },
      ...{ sizeOriginal: chunk.size, chunksTotal: chunk.total, chunksUploaded: 0 },
    };
    const row = found ?? this.#insert(bucket, file, pending);
    const uploaded = this.#disk.writePart(bucket.id, file.id, { number: chunk.number, bytes: file.bytes });
    const data = uploaded === chunk.total ? contentMetadata(bucket, this.#disk.joinParts(bucket.id, file.id)) : {};
    const updated = this.#writer.update(table, row.$id, { data: { ...data, chunksUploaded: uploaded } });
    return { row: updated, fresh: !found };
  }

  update(bucket: Bucket, id: string, data: Record<string, unknown>): Row {
    return this.#writer.update(this.table(bucket), id, { data });
  }

  remove(bucket: Bucket, id: string): Row | undefined {
    const row = this.find(bucket, id);
    if (!row) return undefined;
    this.rows.remove(this.table(bucket), row.$sequence);
    this.#disk.remove(bucket.id, row.$id);
    return row;
  }

  /** Removes the contents of all files, but not the rows. */
  empty(bucket: Bucket): void {
    this.#disk.empty(bucket.id);
  }

  /** Removes all files of a bucket that is being deleted. */
  clear(bucket: Bucket): void {
    this.#database.run(`DELETE FROM ${sqlName(this.table(bucket))}`);
    this.#tables.delete(bucket.id);
    this.#disk.empty(bucket.id);
  }

  #insert(bucket: Bucket, file: NewFile, about: Record<string, unknown>): Row {
    try {
      const search = `${file.id} ${file.name}`;
      const data = { ...about, $id: file.id, name: file.name, search, $permissions: file.permissions };
      return this.#writer.create(this.table(bucket), data);
    } catch (error) {
      if (error instanceof RowFailure && error.kind === 'duplicate') throw new ApiError('storage_file_already_exists');
      throw error;
    }
  }
}

/** Metadata from the content: hash, type, and the size after compression and encryption. */
function contentMetadata({ encryption, compression }: Bucket, bytes: Buffer): Record<string, unknown> {
  const signature = createHash('md5').update(bytes).digest('hex');
  const packed = compress(compression, bytes).length;
  const sizeActual = encryption ? 4 * Math.ceil(packed / 3) : packed;
  return { signature, mimeType: sniffType(bytes), sizeActual, encryption, compression };
}

function compress(compression: string, bytes: Buffer): Buffer {
  if (compression === 'gzip') return gzipSync(bytes, { level: 9 });
  return compression === 'zstd' ? zstdCompressSync(bytes) : bytes;
}

function column(key: string, type: string): Column {
  return { key, type, required: true, array: false, default: null };
}

/** What queries of a file list may name, besides `$id`, `$createdAt`, `$updatedAt` and `$sequence`. */
export const fileAttributes = ['name', 'signature', 'mimeType', 'sizeOriginal', 'chunksTotal', 'chunksUploaded'];

/** The files of a bucket are stored as rows, so that lists can use the query language of rows. */
export function fileTable(bucket: Bucket): Table {
  return {
    id: bucket.id,
    databaseId: '$files',
    name: bucket.name,
    rowSecurity: bucket.fileSecurity,
    permissions: bucket.permissions,
    columns: [
      column('name', 'string'),
      column('signature', 'string'),
      column('mimeType', 'string'),
      column('sizeOriginal', 'integer'),
      column('chunksTotal', 'integer'),
      column('chunksUploaded', 'integer'),
      column('sizeActual', 'integer'),
      column('encryption', 'boolean'),
      column('compression', 'string'),
      column('search', 'string'),
    ],
    indexes: [
      { key: 'name', type: 'key', columns: ['name'], orders: ['ASC'] },
      { key: 'signature', type: 'key', columns: ['signature'], orders: ['ASC'] },
      { key: 'mimeType', type: 'key', columns: ['mimeType'], orders: ['ASC'] },
      { key: 'sizeOriginal', type: 'key', columns: ['sizeOriginal'], orders: ['ASC'] },
      { key: 'chunks', type: 'key', columns: ['chunksUploaded', 'chunksTotal'], orders: ['ASC', 'ASC'] },
      { key: 'search', type: 'fulltext', columns: ['search'], orders: [] },
    ],
  };
}

export function showFile(bucket: Bucket, { $sequence, search, ...row }: Row): Record<string, unknown> {
  return { ...row, bucketId: bucket.id };
}
