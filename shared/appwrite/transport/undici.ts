/**
 * Implements the part of `undici` that node-appwrite uses, with Node's own HTTP client. Bundles and tests have it in
 * place of undici, which takes 30 to 40 ms to load. The commands are not bundled and use the real undici.
 */
import * as http from 'node:http';
import type * as https from 'node:https';

export const { File } = globalThis;

/** Resolved when a form is sent: the first use of Node's FormData loads Node's own undici, a tenth of a cold start. */
export const FormData = new Proxy(class {}, {
  construct: () => new globalThis.FormData(),
}) as unknown as typeof globalThis.FormData;

/**
 * The idle timeout of a socket, longer than the pauses between executions. The server's `Keep-Alive: timeout` may end
 * it earlier.
 */
const IDLE_MS = 55_000;
const KEEP_ALIVE: https.AgentOptions = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo', timeout: IDLE_MS };
const plainAgent = new http.Agent(KEEP_ALIVE);
let tlsAgent: https.Agent | undefined;

/** Loads TLS on the first https request: it takes 4 ms, which an endpoint with plain http does not need. */
async function openTls() {
  const { Agent, request } = await import('node:https');
  tlsAgent ??= new Agent(KEEP_ALIVE);
  return { request, agent: tlsAgent };
}

/**
 * The SDK creates one for `setSelfSigned(true)`. Throws, since unchecked certificates would let others read the API
 * key.
 */
export class Agent {
  constructor() {
    throw new Error('Certificates are always checked.');
  }
}

export type FetchOptions = {
  method?: string;
  headers?: Record<string, string>;
  body?: globalThis.FormData | string;
  redirect?: 'follow' | 'manual';
  signal?: AbortSignal;
};

/** The part of a web Response that the SDK reads; its body is complete. */
class Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly #body: Buffer;

  constructor({ statusCode = 0, headers }: http.IncomingMessage, body: Buffer) {
    this.status = statusCode;
    this.headers = { get: (name) => headers[name.toLowerCase()]?.toString() ?? null };
    this.#body = body;
  }

  async text(): Promise<string> {
    return this.#body.toString();
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.#body.toString());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return Uint8Array.from(this.#body).buffer;
  }
}

type EncodedBody = { bytes: Buffer; headers: Record<string, string | number> };

async function encode(body: FetchOptions['body']): Promise<EncodedBody> {
  if (body === undefined) return { bytes: Buffer.alloc(0), headers: {} };
  if (typeof body === 'string') {
    const bytes = Buffer.from(body);
    return { bytes, headers: { 'content-length': bytes.length } };
  }
  const form = new Response(body);
  const bytes = Buffer.from(await form.arrayBuffer());
  return { bytes, headers: { 'content-type': form.headers.get('content-type') ?? '', 'content-length': bytes.length } };
}

/**
 * Sends one request and reads the whole answer. Throws on a redirect unless `redirect` is `manual`: following it would
 * send the API key to another host.
 */
export async function fetch(address: string | URL, options: FetchOptions = {}): Promise<Answer> {
  const url = new URL(address);
  const { bytes, headers } = await encode(options.body);
  const { request: open, agent } =
    url.protocol === 'https:' ? await openTls() : { request: http.request, agent: plainAgent };
  const answer = await new Promise<Answer>((resolve, reject) => {
    const request = open(url, {
      method: options.method ?? 'GET',
      headers: { ...options.headers, ...headers },
      agent,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve(new Answer(response, Buffer.concat(parts))));
    });
    request.end(bytes);
  });
  const redirects = answer.status >= 300 && answer.status < 400 && answer.headers.get('location') !== null;
  if (redirects && options.redirect !== 'manual') throw new Error(`${url.host} answered with a redirect`);
  return answer;
}
