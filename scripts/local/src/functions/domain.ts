import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { clientIp } from '../http/api.ts';
import { ApiError, MalformedAppwriteError } from '../http/errors.ts';
import { errorPage, pageReply, sendBytes, sendReply } from '../http/reply.ts';
import type { Print } from '../print.ts';
import { functionsHost, type Project } from '../project/types.ts';
import type { Executions, Job, Outcome } from './executions.ts';
import { clientHeaders, joinedHeaders } from './headers.ts';

type Parts = {
  project: Project;
  executions: Executions;
  print: Print;
  /** The function that a rule assigns to a host name. */
  functionOfHost: (host: string) => string | undefined;
};
type Answer = { status: number; headers: Record<string, string | string[]>; body: Buffer };

/** A request to a host or to a path of the plain origin. `functionId` is undefined if the host has no function. */
export type DomainRequest = { request: IncomingMessage; body: Buffer; host: string; functionId: string | undefined };

/** Serves the domains of functions; requests and answers pass nearly unchanged. */
export class FunctionDomain {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether the host belongs to functions, even if no function has this name. */
  isFunctionHost(host: string): boolean {
    return host.endsWith(`.${functionsHost}`) || this.functionOfHost(host) !== undefined;
  }

  functionOfHost(host: string): string | undefined {
    return this.#parts.functionOfHost(host);
  }

  async answer(asked: DomainRequest, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const { request, host, functionId } = asked;
    const status = await this.#send(asked, response);
    const milliseconds = (performance.now() - started).toFixed(1);
    const method = (request.method ?? 'GET').padEnd(6);
    const place = `${functionId ?? host}:${request.url?.split('?')[0]}`;
    this.#parts.print(`${status}  ${method}  ${place}  ${milliseconds} ms`, 'request');
  }

  async #send(asked: DomainRequest, response: ServerResponse): Promise<number> {
    try {
      const answer = compressed(asked.request, toAnswer(await this.#run(asked)));
      await sendAnswer(asked.request, answer, response);
      return answer.status;
    } catch (error) {
      const known = error instanceof ApiError || error instanceof MalformedAppwriteError;
      if (!known) this.#parts.print(`Internal error: ${error instanceof Error ? error.stack : error}`, 'request');
      const reply = pageReply(known ? error : new ApiError('general_server_error'));
      await sendReply(response, reply);
      return reply.status;
    }
  }

  #run({ request, body, functionId }: DomainRequest): Promise<Outcome> {
    const path = request.url ?? '/';
    if (path.startsWith('/.well-known/acme-challenge')) throw new ApiError('general_route_not_found');
    if (functionId === undefined) throw new ApiError('rule_not_found');
    const spec = this.#parts.project.functions.get(functionId);
    if (!spec?.enabled) throw new ApiError('function_not_found');
    if (!spec.execute.includes('any') && !spec.execute.includes('guests')) {
      throw new ApiError('function_execute_permission_missing');
    }
    const headers = { ...joinedHeaders(request.headers), ...clearedHeaders, 'x-appwrite-client-ip': clientIp(request) };
    const job: Job = { spec, trigger: 'http', method: request.method ?? 'GET', path, headers, body };
    return this.#parts.executions.runNow(job);
  }
}

/** The platform overrides these headers; empty ones do not reach the function. */
const clearedHeaders = {
  'x-appwrite-user-id': '',
  'x-appwrite-user-jwt': '',
  'x-appwrite-country-code': '',
  'x-appwrite-continent-code': '',
};

function toAnswer({ execution, response }: Outcome): Answer {
  if (!response) return { status: 500, headers: { 'content-type': 'text/plain' }, body: Buffer.alloc(0) };
  const { status } = response;
  const own = clientHeaders(response.headers);
  const headers = { server: 'swoole-http-server', ...own, 'x-appwrite-execution-id': execution.$id };
  if (status < 400 || response.body.length > 0) return { status, headers, body: response.body };
  const page = errorPage(status, '');
  return {
    status,
    headers: { ...headers, 'content-type': 'text/html', 'content-length': String(page.length) },
    body: page,
  };
}

/** Sends an answer that no HTTP client can read for statuses from 599 on, as Appwrite does. */
async function sendAnswer(request: IncomingMessage, answer: Answer, response: ServerResponse): Promise<void> {
  const { status, headers, body } = answer;
  if (status >= 599) {
    response.socket?.end(`${status}\r\n\r\n`);
    return;
  }
  const known = request.method === 'HEAD' || status === 204 || status === 304;
  response.writeHead(status, { ...headers, ...(known ? {} : { 'content-length': body.length }) });
  await sendBytes(response, body);
}

const encoders = { br: brotliCompressSync, gzip: gzipSync };

/** Compresses texts from 1 KiB on with the first supported method that the client names. */
function compressed(request: IncomingMessage, answer: Answer): Answer {
  const accepted = String(request.headers['accept-encoding'] ?? '').match(/\b(br|gzip)\b/)?.[1];
  const type = String(answer.headers['content-type'] ?? '');
  const worthIt = answer.body.length >= 1024 && /^(text\/|application\/(json|javascript|xml))/.test(type);
  if (!accepted || !worthIt || answer.headers['content-encoding']) return answer;
  const vary = [answer.headers.vary ?? [], 'accept-encoding'].flat().join(', ');
  const headers = { ...answer.headers, 'content-encoding': accepted, vary };
  return { status: answer.status, headers, body: encoders[accepted as keyof typeof encoders](answer.body) };
}
