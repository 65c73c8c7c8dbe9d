import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

export type Sent = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer };
type Options = {
  /** The Host header, if it differs from the endpoint's. */
  host?: string;
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
  signal?: AbortSignal;
};

/** Sends plain HTTP without a client library. */
export function send(
  target: { endpoint: string },
  { host, method = 'GET', path = '/', headers = {}, body, signal }: Options,
): Promise<Sent> {
  const { protocol, hostname, port } = new URL(target.endpoint);
  const [request, secure] = protocol === 'https:' ? [tlsRequest, { rejectUnauthorized: false }] : [plainRequest, {}];
  const named = host ? { host, ...headers } : headers;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        method,
        path,
        headers: named,
        agent: false,
        signal,
        ...(host ? { servername: host } : {}),
        ...secure,
      },
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

/** Headers with project and API key. */
export function keyHeaders({ projectId, apiKey }: { projectId: string; apiKey: string }): Record<string, string> {
  return { 'x-appwrite-project': projectId, 'x-appwrite-key': apiKey };
}
