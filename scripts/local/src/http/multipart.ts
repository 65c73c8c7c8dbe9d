import type { IncomingHttpHeaders } from 'node:http';
import { Busboy } from '@fastify/busboy';
import type { Fields } from './call.ts';
import { ApiError } from './errors.ts';

export type Upload = { name: string; bytes: Buffer };
export type Form = { fields: Fields; files: Record<string, Upload> };

export function parseMultipart(headers: IncomingHttpHeaders, body: Buffer): Promise<Form> {
  const form: Form = { fields: {}, files: {} };
  return new Promise((resolve, reject) => {
    const fail = () => reject(new ApiError('general_bad_request', 'The multipart body could not be read.'));
    try {
      const parser = new Busboy({
        headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
        limits: { fieldSize: 16 * 1024 * 1024 },
        preservePath: true,
      });
      parser.on('field', (name, value) => addField(form.fields, name, value));
      parser.on('file', (name, stream, filename) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          form.files[name] = { name: asSent(filename), bytes: Buffer.concat(chunks) };
        });
      });
      parser.on('error', fail);
      parser.on('finish', () => resolve(form));
      parser.end(body);
    } catch {
      fail();
    }
  });
}

/** Appwrite takes a file's name as it is in the header: with folders, and with quotes still escaped. */
function asSent(filename: string): string {
  return filename.replaceAll('"', '\\"');
}

function addField(fields: Fields, name: string, value: string): void {
  const bracket = name.indexOf('[');
  if (bracket <= 0) {
    fields[name] = value;
    return;
  }
  const key = name.slice(0, bracket);
  const list = fields[key];
  if (Array.isArray(list)) list.push(value);
  else fields[key] = [value];
}
