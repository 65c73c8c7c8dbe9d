import type { ServerResponse } from 'node:http';
import type { Reply } from './call.ts';

/** Sends, waits until it has left (or the client has), then runs what comes after. */
export async function sendReply(response: ServerResponse, reply: Reply): Promise<void> {
  const { status, headers = {}, body, after } = reply;
  const bytes = encode(body);
  const type = Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json; charset=UTF-8';
  const length = status === 204 ? {} : { 'content-length': bytes.length };
  response.writeHead(status, {
    ...(bytes.length > 0 ? { 'content-type': type } : {}),
    server: 'Appwrite',
    ...headers,
    // The last one: once Node knows the length, it refuses a content-disposition that is not ASCII.
    ...length,
  });
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.end(bytes);
  });
  after?.();
}

function encode(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}
