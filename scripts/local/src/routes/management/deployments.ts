import { bodyOrQueryParameter, type Call, type Fields, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError } from '../../http/errors.ts';
import { uniqueId } from '../../ids.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { allParameters, booleanParameter } from './fields.ts';
import { requireFunction, showFunction } from './functions.ts';
import { listing } from './listing.ts';
import { refuseDeclared } from './naming.ts';

type Parts = Pick<Platform, 'management' | 'clock'>;

const chunkSize = 5 * 1024 * 1024;
const largestCode = 30_000_000;

const listed = ['buildSize', 'sourceSize', 'totalSize', 'buildDuration', 'status', 'activate', 'type'];
const noRepository = Object.fromEntries(
  [
    ...['screenshotLight', 'screenshotDark', 'providerRepositoryName', 'providerRepositoryOwner'],
    ...['providerRepositoryUrl', 'providerCommitHash', 'providerCommitAuthorUrl', 'providerCommitAuthor'],
    ...['providerCommitMessage', 'providerCommitUrl', 'providerBranch', 'providerBranchUrl'],
  ].map((name) => [name, '']),
);

export function deploymentRoutes(parts: Parts): Route[] {
  const { management } = parts;
  const all = '/v1/functions/:functionId/deployments';
  const one = `${all}/:deploymentId`;
  const read = ['functions.read'];
  const write = ['functions.write'];
  const activation = '/v1/functions/:functionId/deployment';
  const list = (call: Call) => {
    const found = management.definitions.list('deployment', requireFunction(management, call).$id);
    return listing(call, found, { name: 'deployments', attributes: listed, show: showDeployment });
  };
  const get = (call: Call) => ({ status: 200, body: showDeployment(requireDeployment(parts, call)) });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'POST', path: all, scopes: write, handle: (call) => create(parts, call) },
    { method: 'GET', path: one, scopes: read, handle: get },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => remove(parts, call) },
    { method: 'GET', path: `${one}/download`, scopes: read, handle: (call) => download(parts, call) },
    { method: 'PATCH', path: activation, scopes: write, handle: (call) => activate(parts, call) },
  ];
}

/** Accepts an upload whole or in chunks; the last chunk starts the build. */
function create({ management, clock }: Parts, call: Call): Reply {
  refuseDeclared(management.definitions);
  const owner = requireFunction(management, call);
  const { commands = owner.commands, entrypoint = owner.entrypoint } = allParameters(call);
  const active = booleanParameter(call, 'activate');
  if (String(entrypoint) === '') throw new ApiError('function_entrypoint_missing');
  const upload = call.files.code;
  if (!upload) throw new ApiError('storage_file_empty', 'No file sent');
  if (!/\.(tar\.gz|tgz|gz)$/.test(upload.name)) throw new ApiError('storage_file_type_unsupported');
  const chunk = readChunk(call, upload.bytes.length);
  if (chunk.size > largestCode) throw new ApiError('deployment_invalid_file_size');
  const $id = String(call.headers['x-appwrite-id'] ?? uniqueId(clock.now()));
  const path = `${owner.$id}/${$id}`;
  const known = management.definitions.find('deployment', path);
  if (!known) {
    management.definitions.create('deployment', path, {
      $id,
      ...{ type: call.headers['x-sdk-language'] === 'cli' ? 'cli' : 'manual', resourceId: owner.$id },
      ...{ resourceType: 'functions', entrypoint, buildCommands: commands },
      ...{ sourceSize: chunk.size, buildSize: 0, totalSize: chunk.size, buildId: '', buildDuration: 0, buildLogs: '' },
      ...{ activate: active, status: 'waiting', ...noRepository },
    });
  }
  const complete = management.deployments.store($id, upload.bytes, chunk);
  if (complete) management.deployments.build(path);
  return { status: 202, body: showDeployment(requireFound(management, path)) };
}

function readChunk(call: Call, length: number) {
  const [, start = '0', , size = String(length)] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(call.headers['content-range'] ?? '') ?? [];
  return {
    number: Math.floor(Number(start) / chunkSize) + 1,
    total: Math.ceil(Number(size) / chunkSize),
    size: Number(size),
  };
}

function download(parts: Parts, call: Call): Reply {
  const { $id } = requireDeployment(parts, call);
  const body = parts.management.deployments.source($id);
  if (!body || bodyOrQueryParameter(call, 'type') === 'output') throw new ApiError('deployment_not_found');
  const headers = {
    'content-type': 'application/gzip',
    'content-disposition': `attachment; filename="${$id}-source.tar.gz"`,
  };
  return { status: 200, headers, body };
}

function activate({ management }: Parts, call: Call): Reply {
  refuseDeclared(management.definitions);
  const owner = requireFunction(management, call);
  const deployment = requireFound(management, `${owner.$id}/${bodyOrQueryParameter(call, 'deploymentId')}`);
  if (deployment.status !== 'ready') throw new ApiError('build_not_ready');
  management.deployments.activate(deployment);
  return { status: 200, body: showFunction(management, call, requireFunction(management, call)) };
}

function remove(parts: Parts, call: Call): Reply {
  refuseDeclared(parts.management.definitions);
  const { $id, resourceId } = requireDeployment(parts, call);
  parts.management.definitions.remove('deployment', `${resourceId}/${$id}`);
  return { status: 204 };
}

function requireDeployment({ management }: Parts, call: Call): Definition {
  const { $id } = requireFunction(management, call);
  return requireFound(management, `${$id}/${param(call, 'deploymentId')}`);
}

function requireFound({ definitions }: Parts['management'], path: string): Definition {
  const found = definitions.find('deployment', path);
  if (!found) throw new ApiError('deployment_not_found');
  return found;
}

function showDeployment({ buildCommands, ...shown }: Definition): Fields {
  return shown;
}
