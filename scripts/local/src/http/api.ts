import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Caller, requireScope } from '../access/caller.ts';
import type { Keys } from '../access/keys.ts';
import { applyFault } from '../faults/apply-fault.ts';
import type { Faults } from '../faults/faults.ts';
import type { Print } from '../print.ts';
import { parseBody } from './body.ts';
import type { Call, Fields, Reply } from './call.ts';
import type { CallLog, CallRecord } from './call-log.ts';
import type { Cors } from './cors.ts';
import { describeCall } from './describe-call.ts';
import { ApiError, MalformedAppwriteError } from './errors.ts';
import { parseQueryString } from './query-string.ts';
import { errorReply, pageReply, sendReply } from './reply.ts';
import type { Match, Router } from './router.ts';

export type ApiParts = {
  router: Router;
  keys: Keys;
  calls: CallLog;
  faults: Faults;
  cors: Cors;
  projectId: string;
  /** Prints a line for each call; undefined if there is no log. */
  print: Print | undefined;
  killFunction: (functionId: string) => Promise<void>;
};

/** A request with its body and caller; `caller` is an error if the key was refused. */
type Received = {
  request: IncomingMessage;
  body: Buffer;
  path: string;
  query: Fields;
  match: Match | undefined;
  caller: Caller | ApiError;
};

/** First segments of the real REST API's paths after /v1. Other paths answer a 404 page. */
const apiPathSegments = new Set(
  `account activities apps assistant avatars backups compute console databases documentsdb domains functions graphql
   health insights locale manager messaging migrations mock oauth2 organizations ping presences project projects proxy
   reports runtimes schedules sites storage tablesdb teams tokens usage users vcs vectorsdb webhooks`.split(/\s+/),
);

/** Appwrite's REST API. */
export class Api {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  async answer(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const [path, queryString] = splitUrl(request.url ?? '/');
    const match = this.#parts.router.find(request.method ?? 'GET', path);
    const query = parseQueryString(queryString);
    const received = { request, body, path, query, match, caller: this.#identify(request) };
    const record = this.#record(received, startedAt);
    const reply = await this.#replyOrFault(received, record, response);
    record.milliseconds = performance.now() - startedAt;
    if (reply) record.status = reply.status;
    this.#parts.print?.(describeCall(record));
    if (reply) await sendReply(response, this.#withCommonHeaders(request, reply, record));
  }

  #withCommonHeaders({ method, headers }: IncomingMessage, reply: Reply, { milliseconds }: CallRecord): Reply {
    const cors = headers.origin === undefined ? {} : this.#parts.cors.headers(headers, method === 'OPTIONS');
    const speed = { 'x-debug-speed': String(milliseconds / 1000) };
    return { ...reply, headers: { ...speed, ...cors, ...reply.headers } };
  }

  #record({ request, caller }: Received, startedAt: number): CallRecord {
    const record: CallRecord = {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      status: 0,
      milliseconds: 0,
      startedAt,
    };
    if ('kind' in caller && caller.kind === 'key' && caller.executionId !== undefined) {
      record.executionId = caller.executionId;
      if (caller.functionId !== undefined) record.functionId = caller.functionId;
    }
    this.#parts.calls.add(record);
    return record;
  }

  #replyOrFault(
    received: Received,
    record: CallRecord,
    response: ServerResponse,
  ): Reply | undefined | Promise<Reply | undefined> {
    const { faults, killFunction } = this.#parts;
    const perform = (leavesCacheStale = false) =>
      this.#reply(received, leavesCacheStale).catch((error) => this.#failure(error, received, record));
    const fault = faults.takeCallFault({ ...record, path: received.path });
    if (!fault) return perform();
    record.fault = fault.kind;
    const kill = async () => {
      if (record.functionId !== undefined) await killFunction(record.functionId);
    };
    return applyFault(fault, { response, perform, kill, faults });
  }

  async #reply(received: Received, leavesCacheStale: boolean): Promise<Reply> {
    const { request, path, query, match } = received;
    const method = request.method ?? 'GET';
    if (method === 'OPTIONS') return { status: 204 };
    this.#requireProject(received);
    this.#parts.cors.check(request.headers);
    const caller = requireCaller(received);
    if (!match) throw routeMissing(method, path);
    requireScope(caller, match.route.scopes);
    const { fields, files } = await parseBody(request, received.body);
    const call: Call = {
      method,
      path,
      params: match.params,
      query,
      body: fields,
      files,
      headers: request.headers,
      clientIp: clientIp(request),
      caller,
      leavesCacheStale,
    };
    return match.route.handle(call);
  }

  /**
   * The header X-Appwrite-Project names the project. Only view, preview and download of a file also accept `?project=`.
   */
  #requireProject({ request, query, match }: Received): void {
    const byQuery = /\/files\/:fileId\/(view|preview|download)$/.test(match?.route.path ?? '')
      ? query.project
      : undefined;
    const named = request.headers['x-appwrite-project'] ?? byQuery;
    if (named === undefined || named === '') throw new ApiError('project_id_missing');
    if (named !== this.#parts.projectId) throw new ApiError('project_not_found');
  }

  #identify({ headers }: IncomingMessage): Caller | ApiError {
    const key = headers['x-appwrite-key'];
    try {
      return this.#parts.keys.identify(Array.isArray(key) ? key[0] : key);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  #failure(error: unknown, { path, match }: Received, record: CallRecord): Reply {
    const known = error instanceof ApiError || error instanceof MalformedAppwriteError;
    if (!known) this.#parts.print?.(`Internal error: ${error instanceof Error ? error.stack : error}`, 'request');
    const failure = known ? error : new ApiError('general_server_error', 'Server Error');
    record.type = failure.type;
    return match || isAppwritePath(path) ? errorReply(failure) : pageReply(failure);
  }
}

/** Refuses every JSON Web Token: it stands for a user's session, and users cannot log in here. */
function requireCaller({ request, caller }: Received): Caller {
  if (caller instanceof ApiError) throw caller;
  if (request.headers['x-appwrite-jwt']) throw new ApiError('user_jwt_invalid');
  return caller;
}

function routeMissing(method: string, path: string): ApiError {
  return isAppwritePath(path)
    ? new ApiError('general_not_implemented_locally', `The local Appwrite does not answer ${method} ${path}.`)
    : new ApiError('general_route_not_found');
}

function isAppwritePath(path: string): boolean {
  return apiPathSegments.has(path.split('/')[2] ?? '');
}

export function clientIp(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for'];
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',')[0]?.trim();
  return first || (request.socket.remoteAddress ?? '').replace('::ffff:', '');
}

export function splitUrl(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}
