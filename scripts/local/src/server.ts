import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionDomain } from './functions/domain.ts';
import { type Api, splitUrl } from './http/api.ts';
import { TooLarge } from './http/body.ts';
import { ApiError } from './http/errors.ts';
import { sendReply } from './http/reply.ts';
import { type InspectionFront, inspectionPrefix } from './inspection/front.ts';
import type { Print } from './print.ts';

type Parts = {
  api: Api;
  domain: FunctionDomain;
  inspection: InspectionFront;
  origin: Record<string, string>;
  print: Print;
};

/** One port for three things: the REST API, function domains by Host, and functions by path on the plain origin. */
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
      socket.resetAndDestroy();
    } finally {
      this.#open -= 1;
    }
  }

  #dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { api, domain, inspection, origin } = this.#parts;
    const [, functionId] = /^([^.]+)\.functions\.localhost(:\d+)?$/.exec(request.headers.host ?? '') ?? [];
    if (functionId) return domain.answer(functionId, request, response);
    const [path] = splitUrl(request.url ?? '/');
    if (path === '/v1' || path.startsWith('/v1/')) return api.answer(request, response);
    if (path === inspectionPrefix || path.startsWith(`${inspectionPrefix}/`))
      return inspection.answer(request, response);
    const owner = ownerOf(origin, path);
    return owner ? domain.answer(owner, request, response) : notFound(path, response);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The longest prefix wins; a prefix ends where a path segment does. */
function ownerOf(origin: Record<string, string>, path: string): string | undefined {
  const fitting = Object.keys(origin).filter(
    (prefix) => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`),
  );
  const [longest] = fitting.sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : origin[longest];
}

function notFound(path: string, response: ServerResponse): Promise<void> {
  const { message, status, type } = new ApiError('general_route_not_found', `Nothing answers ${path} here.`);
  return sendReply(response, { status, body: { message, code: status, type, version: '1.9.6' } });
}
