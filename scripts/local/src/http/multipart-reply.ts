import { randomBytes } from 'node:crypto';
import type { Fields, Reply } from './call.ts';

/** Appwrite's multipart answer: one part per field; lists and objects as JSON, buffers as bytes. */
export function multipartReply(status: number, fields: Fields): Reply {
  const boundary = `-----------------------------${randomBytes(7).toString('hex')}`;
  const parts = Object.entries(fields).flatMap(([name, value]) => {
    const json = typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
    const type = json ? '\r\nContent-Type: application/json' : '';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${type}\r\n\r\n`;
    return [Buffer.from(head), toBytes(value, json), Buffer.from('\r\n')];
  });
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { status, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body };
}

function toBytes(value: unknown, json: boolean): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (json) return Buffer.from(JSON.stringify(value));
  if (typeof value === 'boolean') return Buffer.from(value ? '1' : '0');
  return Buffer.from(String(value ?? ''));
}

/** Whether the client prefers multipart to JSON: the first of the two in its Accept header counts. */
export function prefersMultipart(accept = ''): boolean {
  const known = accept.split(', ').find((type) => /^(application\/(json|\*)|multipart\/(form-data|\*))/.test(type));
  return known?.startsWith('multipart/') ?? false;
}
