import type { IncomingMessage } from 'node:http';
import { type Fields, isFields } from './call.ts';
import { ApiError } from './errors.ts';
import { type Form, parseMultipart } from './multipart.ts';

/** Appwrite's HTTP server cuts the connection above this. */
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

export async function parseBody(request: IncomingMessage, body: Buffer): Promise<Form> {
  const type = request.headers['content-type'] ?? '';
  if (body.length === 0) return { fields: {}, files: {} };
  if (type.startsWith('multipart/form-data')) return parseMultipart(request.headers, body);
  return { fields: parseJson(body), files: {} };
}

function parseJson(body: Buffer): Fields {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiError('general_bad_request', 'The request body is not valid JSON.');
  }
  return isFields(value) ? value : {};
}
