import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Reply } from './call.ts';
import { ApiError, type MalformedAppwriteError } from './errors.ts';

const version = '1.9.6';

/** Cache headers of every error, as a page or as JSON. */
export const neverCached = { 'cache-control': 'no-cache, no-store, must-revalidate', expires: '0', pragma: 'no-cache' };

/** Sends an answer with the headers that all answers have. Resolves when it is sent or the client has left. */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers = {}, body, after } = reply;
  const bytes = encode(body);
  const length = status === 204 || response.req.method === 'HEAD' ? {} : { 'content-length': bytes.length };
  response.writeHead(status, {
    'content-type': typeOf(body, bytes.length),
    'x-content-type-options': 'nosniff',
    server: 'Appwrite',
    ...headers,
    // Must be the last header: once Node knows the length, it refuses a content-disposition that is not ASCII.
    ...length,
  });
  await sendBytes(response, bytes);
  after?.();
}

/** Resolves when the bytes are sent, or when the client has left. */
export async function sendBytes(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (response.closed) return;
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.end(bytes);
  });
}

/**
 * Cuts a connection without an answer: resets it, or closes it if the client has already left. When Node resets a
 * connection that is closing, the reset fails, the handle stays open, and the process never exits.
 */
export function cutConnection(socket: Socket | null): void {
  if (socket?.writableEnded) socket.destroy();
  else socket?.resetAndDestroy();
}

/** An error as JSON, as the REST API answers it. */
export function errorReply(error: ApiError | MalformedAppwriteError): Reply {
  const own = error instanceof ApiError ? error.headers : {};
  const body = { message: error.message, code: error.status, type: error.type, version };
  return { status: error.status, headers: { ...neverCached, ...own }, body };
}

/** An error as an HTML page, as function domains and unknown paths answer it. */
export function pageReply(error: ApiError | MalformedAppwriteError): Reply {
  const headers = { 'content-type': 'text/html; charset=UTF-8', ...neverCached };
  return { status: error.status, headers, body: errorPage(error.status, error.type, error.message) };
}

/** Stands in for Appwrite's branded page and is about as large. */
export function errorPage(status: number, type: string, message = ''): Buffer {
  const padding = `<!--${' '.repeat(8 * 1024)}-->`;
  return Buffer.from(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${status} - Error</title></head>
<body>
<main>
<h1>${status}</h1>
<p>${message || 'The function answered with an error and without a body.'}</p>
<p><code>${type}</code></p>
</main>
${padding}
</body>
</html>
`);
}

function typeOf(body: unknown, length: number): string {
  if (length === 0) return 'text/html';
  return Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json; charset=UTF-8';
}

function encode(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}
