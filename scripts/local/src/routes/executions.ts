import type { Execution, Header } from '../functions/execution.ts';
import type { Job } from '../functions/executions.ts';
import { checkCustomHeaders, shownHeaders } from '../functions/headers.ts';
import type { RuntimeResponse } from '../functions/host.ts';
import { type Call, isFields, param, type Reply, type Route } from '../http/call.ts';
import { ApiError, invalidParam, MalformedAppwriteError } from '../http/errors.ts';
import { multipartReply, prefersMultipart } from '../http/multipart-reply.ts';
import type { Platform } from '../platform.ts';
import type { FunctionSpec } from '../project/types.ts';
import { booleanParameter } from './management/fields.ts';
import { listing } from './management/listing.ts';

type Parts = Pick<Platform, 'project' | 'executions' | 'clock' | 'hosts'>;

const base = '/v1/functions/:functionId/executions';
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'];
const largestBody = 10_485_760;
const listed = ['trigger', 'status', 'responseStatusCode', 'duration', 'requestMethod', 'requestPath', 'deploymentId'];

export function executionRoutes(parts: Parts): Route[] {
  const write = ['executions.write', 'execution.write'];
  const read = ['executions.read', 'execution.read'];
  return [
    { method: 'POST', path: base, scopes: write, handle: (call) => create(parts, call) },
    { method: 'GET', path: base, scopes: read, handle: (call) => list(parts, call) },
    {
      method: 'GET',
      path: `${base}/:executionId`,
      scopes: read,
      handle: (call) => ({ status: 200, body: find(parts, call) }),
    },
    { method: 'DELETE', path: `${base}/:executionId`, scopes: write, handle: (call) => remove(parts, call) },
  ];
}

async function create(parts: Parts, call: Call): Promise<Reply> {
  const job = readJob(parts, call);
  const inBackground = booleanParameter(call, 'async', false);
  const scheduledAt = readSchedule(parts, call, inBackground);
  requireExecute(call, job.spec);
  parts.hosts.get(job.spec);
  if (scheduledAt) {
    const execution = parts.executions.createRecord(job, { status: 'scheduled', trigger: 'schedule', scheduledAt });
    parts.executions.log.postpone(execution, job);
    return { status: 202, body: execution };
  }
  if (inBackground) {
    const execution = parts.executions.createRecord(job, { status: 'waiting' });
    const body = { ...execution };
    const after = () => void parts.executions.runInBackground({ ...job, execution }).catch(() => {});
    return { status: 202, body, after };
  }
  const { execution, response } = await parts.executions.runNow(job);
  return answer(call, execution, response);
}

function readJob({ project }: Parts, call: Call): Job {
  const { body = '', path = '/', method = 'POST' } = call.body;
  if (typeof body !== 'string' || body.length > largestBody) {
    throw invalidParam('body', `Value must be a valid string and no longer than ${largestBody} chars`);
  }
  if (typeof path !== 'string' || path === '' || path.length > 2048)
    throw invalidParam('path', 'Value must be a valid string and at least 1 chars and no longer than 2048 chars');
  if (typeof method !== 'string' || !methods.includes(method))
    throw invalidParam('method', `Value must be one of (${methods.join(', ')})`);
  const headers = readHeaders(call.body.headers);
  checkCustomHeaders(headers);
  const spec = project.functions.get(param(call, 'functionId'));
  if (!spec || (!spec.enabled && call.caller.kind === 'guest')) throw new ApiError('function_not_found');
  const lines = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, toBytes(value)]));
  const shown = { ...lines, 'x-appwrite-client-ip': call.clientIp };
  return { spec, trigger: 'http', method, path, headers: shown, body: Buffer.from(body === '0' ? '' : body) };
}

/** An object, or its JSON text in a multipart body. */
function readHeaders(value: unknown): Record<string, unknown> {
  if (typeof value !== 'string') return isFields(value ?? {}) ? { ...(value ?? {}) } : refuseHeaders();
  try {
    const parsed: unknown = JSON.parse(value);
    return isFields(parsed) ? parsed : refuseHeaders();
  } catch {
    return refuseHeaders();
  }
}

function refuseHeaders(): never {
  throw invalidParam('headers', 'Value must be a valid object.');
}

/** Header values are sent as UTF-8 bytes; Node needs each byte as a Latin-1 character. */
function toBytes(value: unknown): string {
  return Buffer.from(String(value ?? ''), 'utf8').toString('latin1');
}

function readSchedule({ clock }: Parts, { body }: Call, inBackground: boolean): string | undefined {
  const { scheduledAt = null } = body;
  if (scheduledAt === null) return undefined;
  if (!inBackground)
    throw new ApiError(
      'general_bad_request',
      'Scheduled executions must run asynchronously. Set scheduledAt to a future date, or set async to true.',
    );
  const time = Date.parse(String(scheduledAt));
  if (Number.isNaN(time) || time % 60_000 !== 0 || time < clock.now() + 60_000) {
    throw new ApiError(
      'general_bad_request',
      'Execution schedule must be a valid date, at least 1 minute from now, and a whole minute',
    );
  }
  return String(scheduledAt);
}

function requireExecute({ caller }: Call, { execute }: FunctionSpec): void {
  if (caller.kind === 'key' || execute.includes('any') || execute.includes('guests')) return;
  throw new ApiError('user_unauthorized', `No permissions provided for action 'execute'`);
}

/** Always 201; the function's own status, headers and body are fields of the execution. */
function answer(call: Call, execution: Execution, response: RuntimeResponse | undefined): Reply {
  const responseHeaders = response ? toList(response) : [];
  responseHeaders.push({ name: 'x-appwrite-execution-id', value: execution.$id });
  const hidden = call.caller.kind === 'key' ? {} : { logs: '', errors: '' };
  const bytes = response?.body ?? Buffer.alloc(0);
  const shown = { ...execution, responseHeaders, ...hidden };
  if (prefersMultipart(call.headers.accept)) return multipartReply(201, { ...shown, responseBody: bytes });
  return { status: 201, body: { ...shown, responseBody: readText(bytes) } };
}

/** The headers as a list; of several cookies only the last is kept. */
function toList({ headers }: RuntimeResponse): Header[] {
  return Object.entries(shownHeaders(headers)).map(([name, value]) => ({
    name,
    value: Array.isArray(value) ? (value.at(-1) ?? '') : value,
  }));
}

/** Throws for bytes that are not UTF-8, since JSON cannot hold them. */
function readText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new MalformedAppwriteError('general_unknown', 500);
  }
}

function find({ executions }: Parts, call: Call): Execution {
  const execution = executions.log.find(param(call, 'functionId'), param(call, 'executionId'));
  if (!execution) throw new ApiError('execution_not_found');
  return call.caller.kind === 'key' ? execution : { ...execution, logs: '', errors: '' };
}

function list({ project, executions }: Parts, call: Call): Reply {
  const functionId = param(call, 'functionId');
  if (!project.functions.has(functionId)) throw new ApiError('function_not_found');
  return listing(call, executions.log.list(functionId), { name: 'executions', attributes: listed });
}

function remove(parts: Parts, call: Call): Reply {
  const execution = find(parts, call);
  if (execution.status === 'processing' || execution.status === 'waiting') throw new ApiError('execution_in_progress');
  parts.executions.log.remove(execution.$id);
  return { status: 204 };
}
