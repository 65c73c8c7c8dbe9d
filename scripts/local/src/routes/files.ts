import { granted, readPermissions, requireGrant, unauthorized, visibleRows } from '../access/permissions.ts';
import { bodyOrQueryParameter, type Call, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';
import { idRule, isCustomId, resolveId } from '../ids.ts';
import type { Platform } from '../platform.ts';
import type { Bucket } from '../project/types.ts';
import { cursorNotFound, makePlan } from '../rows/plan.ts';
import { everything } from '../rows/store.ts';
import type { Row } from '../rows/types.ts';
import { fileAttributes, showFile } from '../storage/file-store.ts';
import { asArgument, listQueries, wantsTotal } from './management/listing.ts';

type Parts = Pick<Platform, 'project' | 'files' | 'clock'>;
type Range = { start: number; end: number; size: number };

const base = '/v1/storage/buckets/:bucketId/files';
const chunkSize = 5 * 1024 * 1024;
const longestName = 255;

export function fileRoutes(parts: Parts): Route[] {
  const one = `${base}/:fileId`;
  return [
    { method: 'POST', path: base, scopes: ['files.write'], handle: (call) => createFile(parts, call) },
    { method: 'GET', path: base, scopes: ['files.read'], handle: (call) => listFiles(parts, call) },
    { method: 'GET', path: one, scopes: ['files.read'], handle: (call) => getFile(parts, call) },
    { method: 'PUT', path: one, scopes: ['files.write'], handle: (call) => updateFile(parts, call) },
    { method: 'DELETE', path: one, scopes: ['files.write'], handle: (call) => deleteFile(parts, call) },
  ];
}

/** Guests get 404 for a disabled bucket. */
export function requireBucket({ project }: Pick<Platform, 'project'>, call: Call): Bucket {
  const bucket = project.buckets.get(param(call, 'bucketId'));
  if (!bucket || (!bucket.enabled && call.caller.kind === 'guest')) throw new ApiError('storage_bucket_not_found');
  return bucket;
}

/** Answers 201 for a whole file and for a first chunk, 200 for later chunks (storage-080 to 092). */
function createFile(parts: Parts, call: Call): Reply {
  const bucket = requireBucket(parts, call);
  requireGrant(call.caller, 'create', bucket.permissions);
  const wantedId = bodyOrQueryParameter(call, 'fileId');
  if (wantedId !== 'unique()' && !isCustomId(wantedId)) throw invalidParam('fileId', idRule);
  const upload = call.files.file ?? call.files['0'];
  if (!upload) throw new ApiError('storage_file_empty');
  const permissions = readPermissions(call.caller, bodyOrQueryParameter(call, 'permissions')) ?? [];
  const range = readRange(call);
  checkLimits(bucket, upload.name, range?.size ?? upload.bytes.length);
  const id = range ? chunkedId(call, wantedId, parts.clock.now()) : resolveId(wantedId, parts.clock.now());
  const file = { id, name: upload.name, permissions, bytes: upload.bytes };
  if (!range) return { status: 201, body: showFile(bucket, parts.files.create(bucket, file)) };
  const { row, fresh } = parts.files.addChunk(bucket, file, {
    number: Math.floor(range.start / chunkSize) + 1,
    total: Math.ceil(range.size / chunkSize),
    size: range.size,
  });
  return { status: fresh ? 201 : 200, body: showFile(bucket, row) };
}

function readRange({ headers }: Call): Range | undefined {
  const header = headers['content-range'];
  if (!header) return undefined;
  const [, start, end, size] = /^\w+ (\d+)-(\d+)\/(\d+)$/.exec(header) ?? [];
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

/** Takes the extension from the name only, not from the content. */
function checkLimits(bucket: Bucket, name: string, size: number): void {
  const extension = name.split('.').pop()?.toLowerCase() ?? '';
  const allowed = bucket.allowedFileExtensions;
  if (allowed.length > 0 && !allowed.includes(extension)) {
    throw new ApiError('storage_file_type_unsupported', 'File extension not allowed');
  }
  if (size > bucket.maximumFileSize) throw new ApiError('storage_invalid_file_size', 'File size not allowed');
}

function listFiles(parts: Parts, call: Call): Reply {
  const bucket = requireBucket(parts, call);
  const table = parts.files.table(bucket);
  const plan = asArgument(() => makePlan(table, listQueries(call, fileAttributes)));
  const whole = granted(call.caller, 'read', bucket.permissions);
  if (!whole && !bucket.fileSecurity) throw unauthorized('read', bucket.permissions);
  const search = String(call.query.search ?? '');
  if (search !== '') plan.filters.push({ method: 'search', attribute: 'search', values: [search], queries: [] });
  if (plan.cursor && !parts.files.find(bucket, plan.cursor.id)) throw cursorNotFound('File', plan.cursor.id);
  const visible = whole ? everything : visibleRows(call.caller);
  const found = parts.files.rows.list(table, plan, { visible });
  const total = wantsTotal(call) ? parts.files.rows.count(table, plan, visible) : 0;
  return { status: 200, body: { total, files: found.map((row) => showFile(bucket, row)) } };
}

function getFile(parts: Parts, call: Call): Reply {
  const bucket = requireBucket(parts, call);
  if (!bucket.fileSecurity) requireGrant(call.caller, 'read', bucket.permissions);
  const row = parts.files.find(bucket, param(call, 'fileId'));
  if (!row || !mayRead(call, bucket, row)) throw new ApiError('storage_file_not_found');
  return { status: 200, body: showFile(bucket, row) };
}

export function mayRead({ caller }: Call, bucket: Bucket, row: Row): boolean {
  if (granted(caller, 'read', bucket.permissions)) return true;
  return bucket.fileSecurity && granted(caller, 'read', row.$permissions);
}

function updateFile(parts: Parts, call: Call): Reply {
  const bucket = requireBucket(parts, call);
  const row = requireWritable(parts, { call, bucket, action: 'update' });
  const permissions = readPermissions(call.caller, bodyOrQueryParameter(call, 'permissions'));
  const name = bodyOrQueryParameter(call, 'name') ?? row.name;
  if (typeof name !== 'string' || [...name].length > longestName) {
    throw invalidParam('name', `Value must be a valid string and no longer than ${longestName} chars`);
  }
  const change = { name, ...(permissions ? { $permissions: permissions } : {}) };
  return { status: 200, body: showFile(bucket, parts.files.update(bucket, row.$id, change)) };
}

function deleteFile(parts: Parts, call: Call): Reply {
  const bucket = requireBucket(parts, call);
  const row = requireWritable(parts, { call, bucket, action: 'delete' });
  parts.files.remove(bucket, row.$id);
  return { status: 204 };
}

type Wanted = { call: Call; bucket: Bucket; action: 'update' | 'delete' };

function requireWritable({ files }: Parts, { call, bucket, action }: Wanted): Row {
  const whole = granted(call.caller, action, bucket.permissions);
  if (!whole && !bucket.fileSecurity) throw unauthorized(action, bucket.permissions);
  const row = files.find(bucket, param(call, 'fileId'));
  if (!row) throw new ApiError('storage_file_not_found');
  if (!whole) requireGrant(call.caller, action, row.$permissions);
  return row;
}
