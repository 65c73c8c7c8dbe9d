import type { IncomingMessage } from 'node:http';
import { type Fields, isFields } from './call.ts';
import { parseJson } from './json.ts';
import { type Form, parseMultipart } from './multipart.ts';
import { parseQueryString } from './query-string.ts';

/** Bytes above which Appwrite's HTTP server cuts the connection. */
export const largestRequest = 12 * 1024 * 1024;

export class TooLarge extends Error {}

export async function readBody(request: IncomingMessage, limit = largestRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) throw new TooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** Parses a body as PHP does: broken JSON and unknown types give no parameters. */
export async function parseBody(request: IncomingMessage, body: Buffer): Promise<Form> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  switch (type.trim().toLowerCase()) {
    case 'multipart/form-data':
      return body.length === 0 ? { fields: {}, files: {} } : parseMultipart(request.headers, body);
    case 'application/json':
      return { fields: parseFields(body), files: {} };
    case 'application/x-www-form-urlencoded':
      return { fields: parseQueryString(body.toString('utf8'), true), files: {} };
    default:
      return { fields: {}, files: {} };
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parseFields(body: Buffer): Fields {
  try {
    const value = parseJson(utf8.decode(body));
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}
