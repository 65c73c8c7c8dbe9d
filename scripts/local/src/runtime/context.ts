import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Logger } from './logger.ts';
import type { Output } from './output.ts';

type OutputHeaders = Record<string, string | string[]>;

export type Context = ReturnType<typeof makeContext>;

export function makeContext(request: IncomingMessage, bodyBinary: Buffer, logger: Logger) {
  return {
    req: makeRequest(request, bodyBinary),
    res: makeResponder(),
    log: (...messages: unknown[]) => logger.log(...messages),
    error: (...messages: unknown[]) => logger.error(...messages),
  };
}

function makeRequest(request: IncomingMessage, bodyBinary: Buffer) {
  const type = (request.headers['content-type'] ?? 'text/plain').toLowerCase();
  return {
    /** JSON bodies are parsed; reading a broken one throws. */
    get body(): unknown {
      if (!type.startsWith('application/json')) return this.bodyText;
      return this.bodyBinary.length > 0 ? this.bodyJson : {};
    },
    get bodyRaw(): string {
      return this.bodyText;
    },
    get bodyText(): string {
      return this.bodyBinary.toString();
    },
    get bodyJson(): unknown {
      return JSON.parse(this.bodyText);
    },
    get bodyBinary(): Buffer {
      return bodyBinary;
    },
    headers: readHeaders(request.headers),
    method: request.method ?? 'GET',
    ...readAddress(request),
  };
}

function readHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith('x-open-runtimes-'));
  return Object.fromEntries(kept);
}

function readAddress(request: IncomingMessage) {
  const scheme = String(request.headers['x-forwarded-proto'] ?? 'http');
  const defaultPort = scheme === 'https' ? '443' : '80';
  const [host = '', port = defaultPort] = (request.headers.host ?? '').split(':');
  const [path = '/', queryString = ''] = (request.url ?? '/').split('?');
  const shownPort = port === defaultPort ? '' : `:${port}`;
  const url = `${scheme}://${host}${shownPort}${path}${queryString === '' ? '' : `?${queryString}`}`;
  return { scheme, host, port: Number(port), path, queryString, query: readQuery(queryString), url };
}

/** Decodes nothing; a repeated key keeps its last value. */
function readQuery(queryString: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const part of queryString.split('&')) {
    const [key, ...value] = part.split('=');
    if (key) query[key] = value.join('=');
  }
  return query;
}

function makeResponder() {
  return {
    send(body: unknown, statusCode = 200, headers: OutputHeaders = {}): Output {
      return { body, statusCode, headers };
    },
    binary(bytes: unknown, statusCode = 200, headers: OutputHeaders = {}): Output {
      return { body: bytes, statusCode, headers };
    },
    text(body: string, statusCode = 200, headers: OutputHeaders = {}): Output {
      return this.binary(Buffer.from(body, 'utf8'), statusCode, headers);
    },
    json(value: unknown, statusCode = 200, headers: OutputHeaders = {}): Output {
      headers['content-type'] = 'application/json';
      return this.text(JSON.stringify(value), statusCode, headers);
    },
    empty(): Output {
      return this.text('', 204, {});
    },
    redirect(url: string, statusCode = 301, headers: OutputHeaders = {}): Output {
      headers.location = url;
      return this.text('', statusCode, headers);
    },
  };
}
