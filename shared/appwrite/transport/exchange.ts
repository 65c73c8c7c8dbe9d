import type { Agent as HttpAgent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import * as http from 'node:http';

/** However it goes, a call is over after this long, and its connection with it. */
const LONGEST_CALL_MS = 20_000;
/** Longer than pauses between executions, shorter than proxies wait; an earlier `Keep-Alive: timeout` is heeded. */
const CONNECTION_KEPT_MS = 55_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

export interface Exchange {
  method: string;
  /** An absolute http or https address, percent-encoded. */
  url: string;
  headers: Record<string, string | number>;
  chunks: readonly (Uint8Array | string)[];
  signal?: AbortSignal | undefined;
  limitMs?: number | undefined;
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
  if (url.startsWith('http:')) return { request: http.request, agent: plainAgent };
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
    const { chunks, url, limitMs = LONGEST_CALL_MS } = call;
    const last = chunks.length - 1;
    const outgoing = request({ ...address(call), agent });
    const limit = setTimeout(() => {
      outgoing.destroy(failure('ETIMEDOUT', `No answer from ${new URL(url).host} in time`));
    }, limitMs);
    const fail = (error: Error) => {
      clearTimeout(limit);
      reject(error);
    };
    let bytesBefore = 0;
    outgoing.on('socket', (socket) => {
      bytesBefore = socket.bytesRead;
    });
    outgoing.on('response', (incoming) => {
      readAnswer(incoming, fail, (answer) => {
        clearTimeout(limit);
        resolve(answer);
      });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const unanswered = outgoing.reusedSocket && outgoing.socket?.bytesRead === bytesBefore;
      const closed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      fail(unanswered && closed ? new StaleConnection(error.message) : error);
    });
    for (const chunk of chunks.slice(0, last)) outgoing.write(chunk);
    // With the end, Node sends a short text together with the head.
    outgoing.end(chunks[last]);
  });
}

type Origin = { hostname: string; port: string; length: number };
const origins = new Map<string, Origin>();

/** Of all addresses of an origin only the first is taken apart, which is slow work. */
function originOf(url: string): Origin {
  const pathStart = url.indexOf('/', 'https://'.length);
  const text = pathStart === -1 ? url : url.slice(0, pathStart);
  let origin = origins.get(text);
  if (origin === undefined) {
    const { hostname, port } = new URL(text);
    origin = { hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname, port, length: text.length };
    origins.set(text, origin);
  }
  return origin;
}

function address({ method, headers, url, signal }: Exchange): RequestOptions {
  const { hostname, port, length } = originOf(url);
  const options: RequestOptions = { method, headers, hostname, port, path: url.slice(length) || '/' };
  if (signal) options.signal = signal;
  return options;
}

function readAnswer(incoming: IncomingMessage, fail: (error: Error) => void, done: (answer: Answer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_ANSWER) incoming.destroy(failure('ERR_ANSWER_TOO_LARGE', 'The answer is too large'));
  });
  incoming.on('error', fail);
  incoming.on('end', () => {
    if (!incoming.complete) return fail(failure('ECONNRESET', 'The answer broke off'));
    const [only] = chunks;
    const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length);
    done({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
  });
}
