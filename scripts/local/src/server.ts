import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { FunctionDomain } from './functions/domain.ts';
import { type Api, splitUrl } from './http/api.ts';
import { readBody, TooLarge } from './http/body.ts';
import { ApiError } from './http/errors.ts';
import { cutConnection, pageReply, sendReply } from './http/reply.ts';
import { type InspectionApi, inspectionPrefix } from './inspection/inspection-api.ts';
import type { Print } from './print.ts';
import { delayMilliseconds, type Workers } from './workers.ts';

type Parts = {
  api: Api;
  domain: FunctionDomain;
  inspection: InspectionApi;
  origin: Record<string, string>;
  print: Print;
  workers: Workers | undefined;
  delays: boolean;
};

type Exchange = { request: IncomingMessage; body: Buffer; response: ServerResponse };

/** Serves on one port the REST API, `/_local`, function domains by Host, and functions by path on the plain origin. */
export class LocalServer {
  readonly #parts: Parts;
  readonly #server: Server;
  #open = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 30_000;
  }

  get idle(): boolean {
    return this.#open === 0;
  }

  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    this.#open += 1;
    try {
      await this.#dispatch(request, response);
    } catch (error) {
      this.#parts.print(
        `Connection cut: ${error instanceof TooLarge ? 'the body is too large' : describe(error)}`,
        'request',
      );
      cutConnection(socket);
    } finally {
      this.#open -= 1;
    }
  }

  async #dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { domain, inspection, origin } = this.#parts;
    const body = await readBody(request);
    const { method = 'GET' } = request;
    const [path] = splitUrl(request.url ?? '/');
    const host = hostOf(request);
    const own = domain.isFunctionHost(host);
    if (!own && isBelow(inspectionPrefix, path)) return inspection.answer(request, body, response);
    const byPath = own || isBelow('/v1', path) ? undefined : functionOfPath(origin, path);
    const functionId = domain.functionOfHost(host) ?? byPath;
    const toFunction = own || byPath !== undefined;
    const { workers, delays } = this.#parts;
    const arrival = { method, path, toFunction };
    const release = await workers?.acquire(arrival);
    try {
      if (delays) await setTimeout(delayMilliseconds(arrival));
      if (toFunction) await domain.answer({ host, functionId, request, body }, response);
      else await this.#answerPlain(path, { request, body, response });
    } finally {
      release?.();
    }
  }

  #answerPlain(path: string, { request, body, response }: Exchange): Promise<void> {
    if (isBelow('/v1', path)) return this.#parts.api.answer(request, body, response);
    return sendReply(response, path === '/' ? toConsole : pageReply(new ApiError('general_route_not_found')));
  }
}

const toConsole = { status: 301, headers: { location: '/console/' } };

/** The Host header without the port, in lower case. */
function hostOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
}

function isBelow(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The function of the longest matching prefix. */
function functionOfPath(origin: Record<string, string>, path: string): string | undefined {
  const fitting = Object.keys(origin).filter((prefix) => isBelow(prefix, path));
  const [longest] = fitting.sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : origin[longest];
}
