/** Stands in for `undici` under node-appwrite (see scripts/build): what the SDK uses of it. */
import { type Answer, exchange } from './exchange.ts';
import { FormData } from './multipart.ts';
import type { TlsWish } from './origin.ts';

// biome-ignore lint/performance/noBarrelFile: it has to export what the package exports.
export { File, FormData } from './multipart.ts';

/** The SDK makes one for `setSelfSigned(true)`; it only carries the wish, the connections are shared. */
export class Agent {
  readonly tls: TlsWish;

  constructor(options: { connect?: { rejectUnauthorized?: boolean } } = {}) {
    this.tls = { rejectUnauthorized: options.connect?.rejectUnauthorized ?? true };
  }

  destroy(): void {}
}

export interface FetchOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: FormData | Uint8Array | string | undefined;
  redirect?: 'manual';
  dispatcher?: Agent;
  /** Ours: after so long the call is given up and its connection closed. */
  limitMs?: number;
}

class Response {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: { get(name: string): string | null };

  constructor({ status, headers, body }: Answer) {
    this.status = status;
    this.body = body;
    this.headers = {
      get: (name) => headers[name.toLowerCase()] ?? null,
    };
  }

  async text(): Promise<string> {
    return this.body.toString();
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.body.toString());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return Uint8Array.from(this.body).buffer;
  }
}

/** Sends one request and reads its whole answer. Redirects are errors: following one would take the API key along. */
export async function fetch(address: string | URL, options: FetchOptions = {}): Promise<Response> {
  const { method = 'GET', dispatcher, body, limitMs } = options;
  const { chunks, ...bodyHeaders } = encode(body, method);
  const headers = { ...options.headers, ...bodyHeaders };
  const url = String(address);
  const answer = await exchange({ method, url, headers, chunks, limitMs, tls: dispatcher?.tls });
  const { location } = answer.headers;
  if (location !== undefined && answer.status >= 300 && answer.status < 400 && options.redirect !== 'manual') {
    throw Object.assign(new Error(`${new URL(url).host} answered with a redirect`), { code: 'ERR_REDIRECTED' });
  }
  return new Response(answer);
}

function encode(body: FetchOptions['body'], method: string) {
  if (body === undefined) return method === 'GET' ? { chunks: [] } : { chunks: [], 'content-length': 0 };
  if (body instanceof FormData) {
    const { contentType, length, chunks } = body.encode();
    return { chunks, 'content-type': contentType, 'content-length': length };
  }
  return { chunks: [body], 'content-length': Buffer.byteLength(body) };
}
