import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Caller, requireScope } from '../access/caller.ts';
import type { Keys } from '../access/keys.ts';
import type { Faults } from '../faults/faults.ts';
import { misbehave } from '../faults/misbehave.ts';
import type { Print } from '../print.ts';
import { parseBody, readBody } from './body.ts';
import type { Call, Reply } from './call.ts';
import type { CallLog, CallRecord } from './call-log.ts';
import type { Cors } from './cors.ts';
import { describeCall } from './describe-call.ts';
import { ApiError, OddError } from './errors.ts';
import { errorReply } from './failure.ts';
import { parseQueryString } from './query-string.ts';
import { sendReply } from './reply.ts';
import type { Router } from './router.ts';

export type ApiParts = {
  router: Router;
  keys: Keys;
  calls: CallLog;
  faults: Faults;
  cors: Cors;
  projectId: string;
  print: Print;
  killFunction: (functionId: string) => Promise<void>;
};

/** A request whose body is in and whose caller is known, or known to be refused. */
type Received = { request: IncomingMessage; body: Buffer; caller: Caller | ApiError };

/** Appwrite's REST API. */
export class Api {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const received = { request, body: await readBody(request), caller: this.#identify(request) };
    const record = this.#record(received, startedAt);
    const reply = await this.#honestOrFaulty(received, record, response);
    record.milliseconds = performance.now() - startedAt;
    if (reply) record.status = reply.status;
    this.#parts.print(describeCall(record));
    if (reply) await sendReply(response, this.#forBrowsers(request, reply));
  }

  #forBrowsers({ headers }: IncomingMessage, reply: Reply): Reply {
    if (headers.origin === undefined) return reply;
    return { ...reply, headers: { ...this.#parts.cors.headers(headers), ...reply.headers } };
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

  #honestOrFaulty(
    received: Received,
    record: CallRecord,
    response: ServerResponse,
  ): Reply | undefined | Promise<Reply | undefined> {
    const { faults, killFunction } = this.#parts;
    const perform = (unlucky = false) => this.#reply(received, unlucky).catch((error) => this.#failure(error, record));
    const [path] = splitUrl(record.path);
    const fault = faults.ofCall({ ...record, path });
    if (!fault) return perform();
    record.fault = fault.kind;
    const kill = async () => {
      if (record.functionId !== undefined) await killFunction(record.functionId);
    };
    return misbehave(fault, { response, perform, kill, faults });
  }

  async #reply({ request, body, caller }: Received, unlucky: boolean): Promise<Reply> {
    if (request.method === 'OPTIONS') return { status: 204 };
    const [path = '/', queryString = ''] = splitUrl(request.url ?? '/');
    const match = this.#parts.router.find(request.method ?? 'GET', path);
    if (!match)
      throw new ApiError(
        'general_not_implemented_locally',
        `The local Appwrite does not answer ${request.method} ${path}.`,
      );
    const query = parseQueryString(queryString);
    if (match.route.scopes.length > 0) this.#requireProject(request, query);
    this.#parts.cors.check(request.headers);
    if (caller instanceof ApiError) throw caller;
    requireScope(caller, match.route.scopes);
    const { fields, files } = await parseBody(request, body);
    const call: Call = {
      method: request.method ?? 'GET',
      path,
      params: match.params,
      query,
      body: fields,
      files,
      headers: request.headers,
      clientIp: clientIp(request),
      caller,
      unlucky,
    };
    return match.route.handle(call);
  }

  #requireProject({ headers }: IncomingMessage, query: Record<string, unknown>): void {
    const named = headers['x-appwrite-project'] ?? query.project;
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

  #failure(error: unknown, record: CallRecord): Reply {
    const known = error instanceof ApiError || error instanceof OddError;
    if (!known) this.#parts.print(`Internal error: ${error instanceof Error ? error.stack : error}`, 'request');
    const failure = known ? error : new ApiError('general_server_error', 'Server Error');
    record.type = failure.type;
    return errorReply(failure);
  }
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
