import { granted, readPermissions, requireGrant, unauthorized, visibleRows } from '../access/permissions.ts';
import { type Call, input, param, type Reply, type Route } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import type { Bucket } from '../project/types.ts';
import { cursorNotFound, makePlan } from '../rows/plan.ts';
import { parseQueries } from '../rows/query.ts';
import { everything } from '../rows/store.ts';
import type { Row } from '../rows/types.ts';
import { showFile } from '../storage/file-table.ts';
import { requireBucket } from './require-bucket.ts';

type Parts = Pick<Platform, 'project' | 'files' | 'clock'>;

const base = '/v1/storage/buckets/:bucketId/files';

export function fileRoutes(parts: Parts): Route[] {
  const one = `${base}/:fileId`;
  return [
    { method: 'GET', path: base, scopes: ['files.read'], handle: (call) => listFiles(parts, call) },
    { method: 'GET', path: one, scopes: ['files.read'], handle: (call) => getFile(parts, call) },
    { method: 'PUT', path: one, scopes: ['files.write'], handle: (call) => updateFile(parts, call) },
    { method: 'DELETE', path: one, scopes: ['files.write'], handle: (call) => deleteFile(parts, call) },
  ];
}

function listFiles(parts: Parts, call: Call): Reply {
  const bucket = requireBucket(parts, call);
  const table = parts.files.table(bucket);
  const plan = makePlan(table, parseQueries(call.query.queries));
  const whole = granted(call.caller, 'read', bucket.permissions);
  if (!whole && !bucket.fileSecurity) throw unauthorized('read', bucket.permissions);
  const search = String(call.query.search ?? '');
  if (search !== '') plan.filters.push({ method: 'contains', attribute: 'name', values: [search], queries: [] });
  if (plan.cursor && !parts.files.find(bucket, plan.cursor.id)) throw cursorNotFound('File', plan.cursor.id);
  const visible = whole ? everything : visibleRows(call.caller);
  const found = parts.files.rows.list(table, plan, visible);
  const total = call.query.total === '0' ? 0 : parts.files.rows.count(table, plan, visible);
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
  const permissions = readPermissions(call.caller, input(call, 'permissions'));
  const name = input(call, 'name');
  const change = {
    ...(permissions ? { $permissions: permissions } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
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
