import { gzipSync } from 'node:zlib';
import { granted, unauthorized } from '../access/permissions.ts';
import { type Call, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import type { Bucket } from '../project/types.ts';
import type { Row } from '../rows/types.ts';
import { makePreview, type Preview, readPreviewOptions } from '../storage/preview.ts';
import { viewType } from '../storage/sniff.ts';
import { mayRead, requireBucket } from './files.ts';

type Parts = Pick<Platform, 'project' | 'files' | 'tokens'>;
type Opened = { bucket: Bucket; row: Row };

const one = '/v1/storage/buckets/:bucketId/files/:fileId';
const keptFor45Days = 'private, max-age=3888000';
const keptFor180Days = 'private, max-age=15552000';
const notKept = 'no-cache, no-store, must-revalidate';
const smallestPacked = 1024;
const mostPreviews = 200;

export function fileViewingRoutes(parts: Parts): Route[] {
  const scopes = ['files.read'];
  const previews = new Map<string, Preview>();
  return [
    { method: 'GET', path: `${one}/view`, scopes, handle: (call) => view(parts, call) },
    { method: 'GET', path: `${one}/download`, scopes, handle: (call) => download(parts, call) },
    { method: 'GET', path: `${one}/preview`, scopes, handle: (call) => preview(parts, call, previews) },
  ];
}

function view(parts: Parts, call: Call): Reply {
  const opened = requireFile(parts, call);
  return content(parts, call, opened, {
    'content-type': viewType(String(opened.row.mimeType)),
    'content-security-policy': 'script-src none;',
    'x-content-type-options': 'nosniff, nosniff',
    'content-disposition': `inline; filename="${asHeader(opened.row.name)}"`,
  });
}

function download(parts: Parts, call: Call): Reply {
  const opened = requireFile(parts, call);
  return content(parts, call, opened, {
    'content-type': String(opened.row.mimeType),
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="${asHeader(opened.row.name)}"`,
  });
}

/** The whole file or a range of it. Texts from 1 KiB on are compressed if the client accepts gzip. */
function content(
  { files }: Parts,
  { headers: sent }: Call,
  { bucket, row }: Opened,
  about: Record<string, string>,
): Reply {
  const bytes = files.content(bucket, row.$id);
  const headers = { ...about, 'cache-control': keptFor45Days };
  const { range } = sent;
  if (range) {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const start = Number(from);
    const end = to ? Number(to) : bytes.length - 1;
    if (from === undefined || start >= end || end >= bytes.length) throw new ApiError('storage_invalid_range');
    const place = { 'accept-ranges': 'bytes', 'content-range': `bytes ${start}-${end}/${bytes.length}` };
    return { status: 206, headers: { ...headers, ...place }, body: bytes.subarray(start, end + 1) };
  }
  const packed = /\bgzip\b/.test(String(sent['accept-encoding'])) && bytes.length >= smallestPacked;
  if (!packed || !/^text\//.test(String(about['content-type']))) return { status: 200, headers, body: bytes };
  const encoding = { 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
  return { status: 200, headers: { ...headers, ...encoding }, body: gzipSync(bytes) };
}

/**
 * Caches previews per file and parameters, for every caller who may see the file. On a miss the real one forbids
 * caching before it looks into its cache and allows it afterwards, hence the doubled `cache-control`.
 */
async function preview(parts: Parts, call: Call, previews: Map<string, Preview>): Promise<Reply> {
  const { token, project, ...parameters } = call.query;
  const keyOf = (row: Row) => `${row.$sequence} ${row.signature} ${JSON.stringify(Object.entries(parameters).sort())}`;
  const bucket = parts.project.buckets.get(param(call, 'bucketId'));
  const file = bucket && parts.files.find(bucket, param(call, 'fileId'));
  const kept = file && previews.get(`${bucket.id} ${keyOf(file)}`);
  if (kept) {
    requireTransformable(requireFile(parts, call, { emptyToken: true }), call);
    return previewReply(kept, { 'cache-control': keptFor180Days, 'x-appwrite-cache': 'hit' });
  }
  const headers = { expires: '0', 'x-appwrite-cache': 'miss' };
  try {
    const options = readPreviewOptions(parameters);
    const opened = requireFile(parts, call);
    requireTransformable(opened, call);
    const { name, mimeType } = opened.row;
    const bytes = parts.files.content(opened.bucket, opened.row.$id);
    const made = await makePreview({ name: String(name), mimeType: String(mimeType), bytes }, options);
    if (previews.size >= mostPreviews) previews.delete(previews.keys().next().value ?? '');
    previews.set(`${opened.bucket.id} ${keyOf(opened.row)}`, made);
    return previewReply(made, { ...headers, 'cache-control': `${notKept}, private, max-age=2592000` });
  } catch (error) {
    if (error instanceof ApiError) Object.assign(error.headers, headers, { 'cache-control': `${notKept}, ${notKept}` });
    throw error;
  }
}

function previewReply({ bytes, type }: Preview, headers: Record<string, string>): Reply {
  return {
    status: 200,
    headers: { 'content-type': type, 'x-content-type-options': 'nosniff', ...headers },
    body: bytes,
  };
}

function requireTransformable({ bucket }: Opened, { caller }: Call): void {
  if (bucket.transformations || caller.kind === 'key') return;
  throw new ApiError('storage_bucket_transformations_disabled');
}

/** A file token opens only its own file. With a token of another file the call fails, even if no token is needed. */
function requireFile(parts: Parts, call: Call, { emptyToken = false } = {}): Opened {
  const bucket = requireBucket(parts, call);
  const secret = String(call.query.token ?? '');
  if (call.query.token === '' && !emptyToken) throw invalidParam('token', 'Value must be a valid string');
  const token = secret === '' ? undefined : parts.tokens.resolveSecret(secret);
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

/** PHP writes the UTF-8 bytes of the name into the header; Node needs each byte as a Latin-1 character. */
function asHeader(name: unknown): string {
  return Buffer.from(String(name), 'utf8').toString('latin1');
}
