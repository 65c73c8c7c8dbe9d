import { lookup as resolve } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { SECOND } from '#shared/domain/clock.ts';

export type Outgoing = { method: string; headers?: Record<string, string>; body?: Uint8Array };
export type Incoming = { status: number; headers: http.IncomingHttpHeaders; body: Buffer };

const TIMEOUT_MS = 45 * SECOND;

/**
 * Resolves names that DNS does not know, and all of `.localhost`, to the endpoint's machine. So functions are reached
 * even when the installation's wildcard domain was never set up.
 */
export function lookupWithFallback(endpoint: string): http.RequestOptions['lookup'] {
  const { hostname } = new URL(endpoint);
  return (name, options, done) => {
    if (name.endsWith('.localhost')) return resolve(hostname, options, done);
    resolve(name, options, (error, address, family) => {
      if (error) resolve(hostname, options, done);
      else done(null, address, family);
    });
  };
}

/** Sends one request, as any client does. */
export function sendRequest(
  endpoint: string,
  url: string,
  { method, headers = {}, body }: Outgoing,
): Promise<Incoming> {
  const { request } = url.startsWith('https:') ? https : http;
  const length = body ? { 'content-length': String(body.byteLength) } : {};
  const options = {
    method,
    headers: { ...length, ...headers },
    lookup: lookupWithFallback(endpoint),
    timeout: TIMEOUT_MS,
    agent: false as const,
  };
  return new Promise((settle, reject) => {
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        settle({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / SECOND} s`)));
    outgoing.on('error', (error) => reject(new Error(`${method} ${url}: ${error.message}`)));
    outgoing.end(body);
  });
}
