import { granted, unauthorized } from '../access/permissions.ts';
import { type Call, param, type Reply, type Route } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import type { Bucket } from '../project/types.ts';
import type { Row } from '../rows/types.ts';
import { makePreview, readPreviewOptions } from '../storage/preview.ts';
import { shownType } from '../storage/sniff.ts';
import { mayRead } from './files.ts';
import { requireBucket } from './require-bucket.ts';

type Parts = Pick<Platform, 'project' | 'files' | 'tokens'>;

const keptFor45Days = 'private, max-age=3888000';
const one = '/v1/storage/buckets/:bucketId/files/:fileId';

export function fileViewingRoutes(parts: Parts): Route[] {
  const scopes = ['files.read'];
  return [
    { method: 'GET', path: `${one}/view`, scopes, handle: (call) => view(parts, call) },
    { method: 'GET', path: `${one}/download`, scopes, handle: (call) => download(parts, call) },
    { method: 'GET', path: `${one}/preview`, scopes, handle: (call) => preview(parts, call) },
  ];
}

function view(parts: Parts, call: Call): Reply {
  const { bucket, row } = requireFile(parts, call);
  const headers = {
    'content-type': shownType(String(row.mimeType)),
    'content-security-policy': 'script-src none;',
    'x-content-type-options': 'nosniff',
    'content-disposition': `inline; filename="${asHeader(row.name)}"`,
  };
  return ranged(call, parts.files.content(bucket, row.$id), headers);
}

function download(parts: Parts, call: Call): Reply {
  const { bucket, row } = requireFile(parts, call);
  const headers = {
    'content-type': String(row.mimeType),
    'content-disposition': `attachment; filename="${asHeader(row.name)}"`,
  };
  return ranged(call, parts.files.content(bucket, row.$id), headers);
}

async function preview(parts: Parts, call: Call): Promise<Reply> {
  const options = readPreviewOptions(call.query);
  const { bucket, row } = requireFile(parts, call);
  const bytes = parts.files.content(bucket, row.$id);
  const picture = await makePreview({ name: String(row.name), mimeType: String(row.mimeType), bytes }, options);
  return {
    status: 200,
    headers: { 'content-type': picture.type, 'cache-control': keptFor45Days },
    body: picture.bytes,
  };
}

/** A file token opens its own file and closes every other one, even to those who could open it without. */
function requireFile(parts: Parts, call: Call): { bucket: Bucket; row: Row } {
  const bucket = requireBucket(parts, call);
  const secret = String(call.query.token ?? '');
  const token = secret === '' ? undefined : parts.tokens.opens(secret);
  const opened = token?.bucketId === bucket.id;
  if (!opened && !bucket.fileSecurity && !granted(call.caller, 'read', bucket.permissions)) {
    throw unauthorized('read', bucket.permissions);
  }
  const row = parts.files.find(bucket, param(call, 'fileId'));
  const seen = row && (opened || mayRead(call, bucket, row)) ? row : undefined;
  if (token && token.fileSequence !== seen?.$sequence) throw new ApiError('user_unauthorized');
  if (!seen) throw new ApiError('storage_file_not_found');
  return { bucket, row: seen };
}

function ranged({ headers: { range } }: Call, bytes: Buffer, headers: Record<string, string>): Reply {
  const kept = { ...headers, 'cache-control': keptFor45Days };
  if (!range) return { status: 200, headers: kept, body: bytes };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const start = Number(from);
  const end = to ? Number(to) : bytes.length - 1;
  if (from === undefined || start >= end || end >= bytes.length) throw new ApiError('storage_invalid_range');
  return {
    status: 206,
    headers: { ...kept, 'accept-ranges': 'bytes', 'content-range': `bytes ${start}-${end}/${bytes.length}` },
    body: bytes.subarray(start, end + 1),
  };
}

/** The name's bytes go into the header as they are, as PHP puts them there. */
function asHeader(name: unknown): string {
  return Buffer.from(String(name), 'utf8').toString('latin1');
}
