import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Caller, requireScope } from '../access/caller.ts';
import type { Keys } from '../access/keys.ts';
import { parseBody, readBody } from './body.ts';
import type { Call, Reply } from './call.ts';
import type { CallLog, CallRecord } from './call-log.ts';
import { ApiError, OddError } from './errors.ts';
import { parseQueryString } from './query-string.ts';
import { sendReply } from './reply.ts';
import type { Router } from './router.ts';

export type ApiParts = { router: Router; keys: Keys; calls: CallLog; projectId: string; print: (line: string) => void };

/** Appwrite's REST API. */
export class Api {
  readonly #parts: ApiParts;

  constructor(parts: ApiParts) {
    this.#parts = parts;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record: CallRecord = {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      status: 0,
      milliseconds: 0,
      startedAt: performance.now(),
    };
    const body = await readBody(request);
    const reply = await this.#reply(request, body, record).catch((error) => this.#failure(error, record));
    record.status = reply.status;
    record.milliseconds = performance.now() - record.startedAt;
    this.#parts.calls.add(record);
    this.#parts.print(describe(record));
    await sendReply(response, reply);
  }

  async #reply(request: IncomingMessage, body: Buffer, record: CallRecord): Promise<Reply> {
    const [path = '/', queryString = ''] = splitUrl(request.url ?? '/');
    const match = this.#parts.router.find(request.method ?? 'GET', path);
    if (!match)
      throw new ApiError(
        'general_not_implemented_locally',
        `The local Appwrite does not answer ${request.method} ${path}.`,
      );
    const query = parseQueryString(queryString);
    if (match.route.scopes.length > 0) this.#requireProject(request, query);
    const caller = this.#identify(request);
    if (caller.kind === 'key' && caller.executionId) record.executionId = caller.executionId;
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
    };
    return match.route.handle(call);
  }

  #requireProject({ headers }: IncomingMessage, query: Record<string, unknown>): void {
    const named = headers['x-appwrite-project'] ?? query.project;
    if (named !== this.#parts.projectId) throw new ApiError('project_not_found');
  }

  #identify({ headers }: IncomingMessage): Caller {
    const key = headers['x-appwrite-key'];
    return this.#parts.keys.identify(Array.isArray(key) ? key[0] : key);
  }

  #failure(error: unknown, record: CallRecord): Reply {
    const known = error instanceof ApiError || error instanceof OddError;
    if (!known) this.#parts.print(`Internal error: ${error instanceof Error ? error.stack : error}`);
    const failure = known ? error : new ApiError('general_server_error', 'Server Error');
    record.type = failure.type;
    const headers = failure instanceof ApiError ? failure.headers : {};
    const body = { message: failure.message, code: failure.status, type: failure.type, version: '1.9.6' };
    return { status: failure.status, headers, body };
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

function describe({ method, path, status, type, milliseconds, executionId }: CallRecord): string {
  const by = executionId ? ` by ${executionId}` : '';
  return `${status} ${method} ${path.slice(0, 300)} ${milliseconds.toFixed(1)} ms${by}${type ? ` ${type}` : ''}`;
}
