import type { Bucket, Column, Table } from '../project/types.ts';
import type { Row } from '../rows/types.ts';

function column(key: string, type: string): Column {
  return { key, type, required: true, array: false, default: null };
}

/** What queries of a list of files may name, besides `$id`, `$createdAt`, `$updatedAt` and `$sequence`. */
export const fileAttributes = ['name', 'signature', 'mimeType', 'sizeOriginal', 'chunksTotal', 'chunksUploaded'];

/** The files of a bucket are kept as rows, so that listing them speaks the same query language. */
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
