import type { Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import * as http from 'node:http';

/** No byte in either direction for this long, and the call is given up. */
export const SOCKET_IDLE_MS = 10_000;
/** Longer than pauses between executions, shorter than proxies wait; an earlier `Keep-Alive: timeout` is heeded. */
const CONNECTION_KEPT_MS = 55_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

export interface Exchange {
  method: string;
  url: URL;
  headers: Record<string, string | number>;
  chunks: readonly (Uint8Array | string)[];
  signal?: AbortSignal | undefined;
  idleMs?: number | undefined;
  tls?: { rejectUnauthorized: boolean } | undefined;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const kept = { keepAlive: true, timeout: CONNECTION_KEPT_MS };
const plainAgent = new http.Agent(kept);
const tlsAgents = new Map<boolean, HttpAgent>();

/** One request and its whole answer. A GET that met a connection the server had already closed is sent once more. */
export async function exchange(call: Exchange): Promise<Answer> {
  const transport = await transportFor(call);
  try {
    return await send(transport, call);
  } catch (error) {
    if (call.method !== 'GET' || !(error instanceof StaleConnection)) throw error;
    dropIdleConnections(transport.agent);
    return send(transport, call);
  }
}

interface Transport {
  request: typeof http.request;
  agent: HttpAgent;
}

async function transportFor({ url, tls }: Exchange): Promise<Transport> {
  if (url.protocol === 'http:') return { request: http.request, agent: plainAgent };
  const https = await import('node:https');
  const rejectUnauthorized = tls?.rejectUnauthorized ?? true;
  let agent = tlsAgents.get(rejectUnauthorized);
  if (agent === undefined) {
    agent = new https.Agent({ ...kept, rejectUnauthorized });
    tlsAgents.set(rejectUnauthorized, agent);
  }
  return { request: https.request, agent };
}

/** After a restart of the server all idle connections are dead, so the second try must not pick another of them. */
function dropIdleConnections(agent: HttpAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}

class StaleConnection extends Error {
  readonly code = 'ECONNRESET';
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function send({ request, agent }: Transport, call: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, headers, chunks, url } = call;
    const options: RequestOptions = { method, headers, agent, timeout: call.idleMs ?? SOCKET_IDLE_MS };
    if (call.signal) options.signal = call.signal;
    const outgoing = request(url, options, (incoming) => readAnswer(incoming).then(resolve, reject));
    let bytesBefore = 0;
    outgoing.on('socket', (socket) => {
      bytesBefore = socket.bytesRead;
    });
    outgoing.on('timeout', () => outgoing.destroy(failure('ETIMEDOUT', `No answer from ${url.host} in time`)));
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const unanswered = outgoing.reusedSocket && outgoing.socket?.bytesRead === bytesBefore;
      const closed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      reject(unanswered && closed ? new StaleConnection(error.message) : error);
    });
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

function readAnswer(incoming: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > LARGEST_ANSWER) incoming.destroy(failure('ERR_ANSWER_TOO_LARGE', 'The answer is too large'));
    });
    incoming.on('error', reject);
    incoming.on('end', () => {
      if (!incoming.complete) return reject(failure('ECONNRESET', 'The answer broke off'));
      const [only] = chunks;
      const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length);
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
    });
  });
}
