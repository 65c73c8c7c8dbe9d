import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { clientIp } from '../http/api.ts';
import { readBody } from '../http/body.ts';
import { ApiError } from '../http/errors.ts';
import type { Print } from '../print.ts';
import type { Project } from '../project/types.ts';
import { errorPage } from './error-page.ts';
import type { Executions, Job, Outcome } from './executions.ts';
import { passedBack, singleLines } from './headers.ts';

type Parts = {
  project: Project;
  executions: Executions;
  print: Print;
  /** The function that a name below the functions host leads to. */
  ownerOf: (label: string) => string | undefined;
};
type Answer = { status: number; headers: Record<string, string | string[]>; body: Buffer };

/** A function's own domain: everything goes in, and what comes out goes back nearly as it is. */
export class FunctionDomain {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async answer(functionId: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const body = await readBody(request);
    const answer = await this.#run(functionId, request, body).catch(failure);
    const { status, headers, body: bytes } = compressed(request, answer);
    response.writeHead(status, { ...headers, ...(status === 204 ? {} : { 'content-length': bytes.length }) });
    await new Promise<void>((resolve) => {
      response.once('close', resolve);
      response.end(bytes);
    });
    const milliseconds = (performance.now() - started).toFixed(1);
    const method = (request.method ?? 'GET').padEnd(6);
    this.#parts.print(
      `${status}  ${method}  ${functionId}:${request.url?.split('?')[0]}  ${milliseconds} ms`,
      'request',
    );
  }

  async #run(functionId: string, request: IncomingMessage, body: Buffer): Promise<Answer> {
    const owner = this.#parts.ownerOf(functionId);
    if (owner === undefined) throw new ApiError('rule_not_found');
    const spec = this.#parts.project.functions.get(owner);
    if (!spec?.enabled) throw new ApiError('function_not_found');
    if (!spec.execute.includes('any') && !spec.execute.includes('guests')) {
      throw new ApiError('function_execute_permission_missing');
    }
    const headers = { ...singleLines(request.headers), ...unset, 'x-appwrite-client-ip': clientIp(request) };
    const job: Job = {
      spec,
      trigger: 'http',
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers,
      body,
    };
    return toAnswer(await this.#parts.executions.runNow(job));
  }
}

/** Set by the platform whatever the client sends; empty ones never reach the function. */
const unset = {
  'x-appwrite-user-id': '',
  'x-appwrite-user-jwt': '',
  'x-appwrite-country-code': '',
  'x-appwrite-continent-code': '',
};

function toAnswer({ execution, response }: Outcome): Answer {
  if (!response) return { status: 500, headers: { 'content-type': 'text/plain' }, body: Buffer.alloc(0) };
  const headers = { ...passedBack(response.headers), 'x-appwrite-execution-id': execution.$id };
  if (response.status < 400 || response.body.length > 0)
    return { status: response.status, headers, body: response.body };
  return {
    status: response.status,
    headers: { ...headers, 'content-type': 'text/html' },
    body: errorPage(response.status, ''),
  };
}

function failure(error: unknown): Answer {
  const known = error instanceof ApiError ? error : new ApiError('general_server_error');
  const body = errorPage(known.status, known.type, known.message);
  return { status: known.status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
}

function compressed(request: IncomingMessage, answer: Answer): Answer {
  const accepts = String(request.headers['accept-encoding'] ?? '').includes('gzip');
  const type = String(answer.headers['content-type'] ?? '');
  const worthIt = answer.body.length >= 1024 && /^(text\/|application\/(json|javascript|xml))/.test(type);
  if (!accepts || !worthIt || answer.headers['content-encoding']) return answer;
  const vary = [answer.headers.vary ?? [], 'accept-encoding'].flat().join(', ');
  const headers = { ...answer.headers, 'content-encoding': 'gzip', vary };
  return { status: answer.status, headers, body: gzipSync(answer.body) };
}
