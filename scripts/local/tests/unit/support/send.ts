import { request } from 'node:http';
import type { LocalAppwrite } from '../../../src/index.ts';

export type Sent = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer };
type Options = {
  host?: string;
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
  signal?: AbortSignal;
};

/** Plain HTTP, with nothing helpful in between. */
export function send(
  appwrite: LocalAppwrite,
  { host, method = 'GET', path = '/', headers = {}, body, signal }: Options,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(appwrite.url);
    const all = host ? { host, ...headers } : headers;
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, headers: all, agent: false, signal },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
