import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

export type Output = { body?: unknown; statusCode?: number; headers: Record<string, string | string[]> };

/** Throws for an output that `res` did not make, such as a string: it has no headers. */
export function sendOutput(response: ServerResponse, output: Output, sent: () => void): void {
  for (const [name, value] of Object.entries(output.headers)) {
    if (!name.toLowerCase().startsWith('x-open-runtimes-')) response.setHeader(name.toLowerCase(), value);
  }
  addCharset(response);
  response.statusCode = output.statusCode ?? 200;
  const body = output.body ?? '';
  if (body instanceof Readable) {
    sent();
    body.pipe(response);
    return;
  }
  const bytes = Buffer.isBuffer(body) || typeof body === 'string' ? body : toBytes(response, body);
  response.setHeader('content-length', Buffer.byteLength(bytes));
  sent();
  response.end(bytes);
}

/** Every content type gets a charset, those of pictures too; only multipart does not. */
function addCharset(response: ServerResponse): void {
  const type = String(response.getHeader('content-type') ?? 'text/plain').toLowerCase();
  if (type.startsWith('multipart/') || type.includes('charset=')) return;
  response.setHeader('content-type', `${type}; charset=utf-8`);
}

function toBytes(response: ServerResponse, body: unknown): Buffer | string {
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (typeof body !== 'object' && typeof body !== 'number')
    throw new TypeError('The body must be text, bytes or JSON.');
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json; charset=utf-8');
  return JSON.stringify(body);
}
