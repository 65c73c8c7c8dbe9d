import { requireGrant } from '../access/permissions.ts';
import { type Call, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';
import type { Platform } from '../platform.ts';
import type { Definition } from '../project/definitions.ts';
import type { Bucket } from '../project/types.ts';
import { isDate, normalDate } from '../rows/cells.ts';
import type { Row } from '../rows/types.ts';
import type { FileToken } from '../storage/tokens.ts';
import { requireBucket } from './files.ts';
import { listing } from './management/listing.ts';

type Parts = Pick<Platform, 'project' | 'files' | 'tokens' | 'clock'>;

export function tokenRoutes(parts: Parts): Route[] {
  const ofFile = '/v1/tokens/buckets/:bucketId/files/:fileId';
  const one = '/v1/tokens/:tokenId';
  return [
    { method: 'POST', path: ofFile, scopes: ['tokens.write'], handle: (call) => create(parts, call) },
    { method: 'GET', path: ofFile, scopes: ['tokens.read'], handle: (call) => list(parts, call) },
    {
      method: 'GET',
      path: one,
      scopes: ['tokens.read'],
      handle: (call) => found(parts.tokens.find(param(call, 'tokenId'))),
    },
    { method: 'PATCH', path: one, scopes: ['tokens.write'], handle: (call) => update(parts, call) },
    { method: 'DELETE', path: one, scopes: ['tokens.write'], handle: (call) => remove(parts, call) },
  ];
}

function create(parts: Parts, call: Call): Reply {
  const expire = readExpiry(parts, call);
  const { bucket, file } = requireFile(parts, call);
  requireGrant(call.caller, 'update', bucket.permissions);
  return { status: 201, body: parts.tokens.create(bucket, file, expire) };
}

function list(parts: Parts, call: Call): Reply {
  const { bucket, file } = requireFile(parts, call);
  const tokens = parts.tokens.list(bucket, file).map((token) => ({ ...token, $updatedAt: token.$createdAt }));
  const show = ({ $updatedAt, ...token }: Definition) => token;
  return listing(call, tokens, { name: 'tokens', show, attributes: [] });
}

function update(parts: Parts, call: Call): Reply {
  return found(parts.tokens.setExpiry(param(call, 'tokenId'), readExpiry(parts, call)));
}

function remove({ tokens }: Parts, call: Call): Reply {
  if (!tokens.remove(param(call, 'tokenId'))) throw new ApiError('token_not_found');
  return { status: 204 };
}

function found(token: FileToken | undefined): Reply {
  if (!token) throw new ApiError('token_not_found');
  return { status: 200, body: token };
}

function requireFile(parts: Parts, call: Call): { bucket: Bucket; file: Row } {
  const bucket = requireBucket(parts, call);
  const file = parts.files.find(bucket, param(call, 'fileId'));
  if (!file) throw new ApiError('storage_file_not_found');
  return { bucket, file };
}

function readExpiry({ clock }: Parts, { body }: Call): string | null {
  const { expire = null } = body;
  if (expire === null) return null;
  if (!isDate(expire) || Date.parse(expire) < clock.now())
    throw invalidParam('expire', 'Value must be valid date in the future');
  return normalDate(expire);
}
