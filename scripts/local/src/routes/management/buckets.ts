import { bodyOrQueryParameter, type Call, type Fields, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError, invalidParam } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import {
  booleanParameter,
  idParameter,
  numberParameter,
  permissionsParameter,
  textParameter,
  textsParameter,
} from './fields.ts';
import { listing } from './listing.ts';
import { refuseDeclared } from './naming.ts';

type Parts = Pick<Platform, 'management' | 'clock' | 'files'>;

/** The default of `_APP_STORAGE_LIMIT`. */
const largestFile = 30_000_000;
const attributes = ['enabled', 'name', 'fileSecurity', 'maximumFileSize', 'encryption', 'antivirus', 'transformations'];

export function bucketRoutes(parts: Parts): Route[] {
  const { definitions } = parts.management;
  const all = '/v1/storage/buckets';
  const one = `${all}/:bucketId`;
  const read = ['buckets.read'];
  const write = ['buckets.write'];
  const searched = ({ firstName }: Definition) => String(firstName);
  const list = (call: Call) =>
    listing(call, definitions.list('bucket'), { name: 'buckets', show, attributes, searched });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'POST', path: all, scopes: write, handle: (call) => create(parts, call) },
    {
      method: 'GET',
      path: one,
      scopes: read,
      handle: (call) => ({ status: 200, body: show(requireOne(parts, call)) }),
    },
    { method: 'PUT', path: one, scopes: write, handle: (call) => update(parts, call) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => remove(parts, call) },
  ];
}

/** Settings that are not sent get their defaults, in an update too; only permissions keep their value. */
function readSettings(call: Call, oldPermissions: unknown) {
  const compression = String(bodyOrQueryParameter(call, 'compression') ?? 'none');
  if (!['none', 'gzip', 'zstd'].includes(compression)) {
    throw invalidParam('compression', 'Value must be one of (none, gzip, zstd)');
  }
  return {
    name: textParameter(call, 'name', { max: 128 }),
    $permissions: permissionsParameter(call, oldPermissions),
    fileSecurity: booleanParameter(call, 'fileSecurity', false),
    enabled: booleanParameter(call, 'enabled', true),
    maximumFileSize: numberParameter(call, 'maximumFileSize', { fallback: largestFile, min: 1, max: largestFile }),
    allowedFileExtensions: textsParameter(call, 'allowedFileExtensions', []),
    compression,
    encryption: booleanParameter(call, 'encryption', true),
    antivirus: booleanParameter(call, 'antivirus', true),
    transformations: booleanParameter(call, 'transformations', true),
  };
}

function create({ management, clock }: Parts, call: Call): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const $id = idParameter(call, 'bucketId', clock.now());
  if (definitions.find('bucket', $id)) throw new ApiError('storage_bucket_already_exists');
  const settings = readSettings(call, []);
  const bucket = definitions.create('bucket', $id, {
    ...{ $id, ...settings, totalSize: 0, firstName: `${$id} ${settings.name}` },
  });
  catalogue.bucket($id);
  return { status: 201, body: show(bucket) };
}

function update(parts: Parts, call: Call): Reply {
  const { definitions, catalogue } = parts.management;
  refuseDeclared(definitions);
  const old = requireOne(parts, call);
  const bucket = definitions.change('bucket', old.$id, readSettings(call, old.$permissions));
  catalogue.bucket(old.$id);
  return { status: 200, body: show(bucket) };
}

function remove(parts: Parts, call: Call): Reply {
  const { definitions, catalogue } = parts.management;
  refuseDeclared(definitions);
  const { $id } = requireOne(parts, call);
  const bucket = catalogue.project.buckets.get($id);
  if (bucket) parts.files.clear(bucket);
  definitions.remove('bucket', $id);
  catalogue.bucket($id);
  return { status: 204 };
}

/** Hides `firstName`: `search` finds a bucket by its first name, even after it was renamed (storage-025). */
function show({ firstName, ...bucket }: Definition): Fields {
  return bucket;
}

function requireOne({ management }: Parts, call: Call): Definition {
  const found = management.definitions.find('bucket', param(call, 'bucketId'));
  if (!found) throw new ApiError('storage_bucket_not_found');
  return found;
}
