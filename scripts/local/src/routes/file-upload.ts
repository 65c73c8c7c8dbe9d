import { readPermissions, requireGrant } from '../access/permissions.ts';
import { type Call, input, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';
import { idRule, isCustomId, resolveId } from '../ids.ts';
import type { Platform } from '../platform.ts';
import type { Bucket } from '../project/types.ts';
import { showFile } from '../storage/file-table.ts';
import { requireBucket } from './require-bucket.ts';

type Parts = Pick<Platform, 'project' | 'files' | 'clock'>;
type Range = { start: number; end: number; size: number };

const chunkSize = 5 * 1024 * 1024;

export function fileUploadRoutes(parts: Parts): Route[] {
  const path = '/v1/storage/buckets/:bucketId/files';
  return [{ method: 'POST', path, scopes: ['files.write'], handle: (call) => createFile(parts, call) }];
}

function createFile(parts: Parts, call: Call): Reply {
  const bucket = requireBucket(parts, call);
  requireGrant(call.caller, 'create', bucket.permissions);
  const wantedId = input(call, 'fileId');
  if (wantedId !== 'unique()' && !isCustomId(wantedId)) throw invalidParam('fileId', idRule);
  const upload = call.files.file ?? call.files['0'];
  if (!upload) throw new ApiError('storage_file_empty');
  const permissions = readPermissions(call.caller, input(call, 'permissions')) ?? [];
  const range = readRange(call);
  checkLimits(bucket, upload.name, range?.size ?? upload.bytes.length);
  const id = range ? chunkedId(call, wantedId, parts.clock.now()) : resolveId(wantedId, parts.clock.now());
  const file = { id, name: upload.name, permissions, bytes: upload.bytes };
  const row = range
    ? parts.files.addChunk(bucket, file, {
        number: Math.floor(range.start / chunkSize) + 1,
        total: Math.ceil(range.size / chunkSize),
        size: range.size,
      })
    : parts.files.create(bucket, file);
  return { status: 201, body: showFile(bucket, row) };
}

function readRange({ headers }: Call): Range | undefined {
  const header = headers['content-range'];
  if (!header) return undefined;
  const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header) ?? [];
  if (start === undefined || end === undefined || size === undefined || Number(end) > Number(size)) {
    throw new ApiError('storage_invalid_content_range');
  }
  return { start: Number(start), end: Number(end), size: Number(size) };
}

function chunkedId({ headers }: Call, wantedId: string, now: number): string {
  const given = headers['x-appwrite-id'];
  if (typeof given !== 'string' || given === '') return resolveId(wantedId, now);
  if (!isCustomId(given)) throw new ApiError('storage_invalid_appwrite_id');
  return given;
}

/** The extension is looked for in the name only. */
function checkLimits(bucket: Bucket, name: string, size: number): void {
  const extension = name.split('.').pop()?.toLowerCase() ?? '';
  const allowed = bucket.allowedFileExtensions;
  if (allowed.length > 0 && !allowed.includes(extension)) {
    throw new ApiError('storage_file_type_unsupported', 'File extension not allowed');
  }
  if (size > bucket.maximumFileSize) throw new ApiError('storage_invalid_file_size', 'File size not allowed');
}
