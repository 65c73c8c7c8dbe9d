import { isUtf8 } from 'node:buffer';
import * as z from 'zod/mini';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { fieldsRefusal, readable } from './field-errors.ts';
import type { Incoming } from './runtime.ts';

/** A picture as it was sent: bytes from a form, or base64 text from JSON. */
export type Upload = { field: string; named: boolean; content: Uint8Array | string };

/** How a route reads a form; only routes that take one carry the code for it. */
export type FormReader<B> = (incoming: Incoming) => Promise<Body<B>>;
export type BodySpec<B> = { json: z.ZodMiniType<B>; form?: FormReader<B>; maxBytes?: number };
export type Body<B> = { value: B; uploads: Upload[] };

const JSON_LIMIT = 64 * 1024;

function namesOf(schema: z.ZodMiniType): string[] {
  return schema instanceof z.ZodMiniObject ? Object.keys(schema.shape) : [];
}

/** Parses a value through its schema; throws 422 with every field that is wrong. */
export function parseFields<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  throw fieldsRefusal(result.error.issues, namesOf(schema));
}

function mediaType(incoming: Incoming): string {
  return (incoming.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

async function parseJson(body: Uint8Array): Promise<unknown> {
  try {
    if (body.byteLength <= JSON_LIMIT) return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (!isUtf8(body)) throw new TypeError('not UTF-8');
    const { parseLargeJson } = await import('./large-json.ts');
    return await parseLargeJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  } catch (cause) {
    throw new Refusal('malformed_json', 'The body is not valid JSON in UTF-8.', { cause });
  }
}

/** Reads the body as the route declares it; throws 400, 413, 415 or 422. An empty body is an empty object. */
export async function parseBody<B>(incoming: Incoming, spec: BodySpec<B>): Promise<Body<B>> {
  const type = mediaType(incoming);
  const size = incoming.body.byteLength;
  if (size > (spec.maxBytes ?? JSON_LIMIT)) {
    throw new Refusal(
      'body_too_large',
      `The body has ${size} bytes; at most ${spec.maxBytes ?? JSON_LIMIT} are taken here.`,
    );
  }
  if (size === 0) return { value: parseFields(spec.json, {}), uploads: [] };
  if (type === 'application/json') {
    return { value: parseFields(spec.json, await parseJson(incoming.body)), uploads: [] };
  }
  if (spec.form && type === 'multipart/form-data') return spec.form(incoming);
  const accepted = spec.form ? 'application/json or multipart/form-data' : 'application/json';
  throw new Refusal('unsupported_media_type', `Send the body as ${accepted} and say so in content-type.`);
}

/** The query as an object; a name that is sent twice is refused, since readers disagree on which one counts. */
export function queryObject(query: URLSearchParams): Record<string, string> {
  const seen: Record<string, string> = {};
  for (const [name, value] of query) {
    if (Object.hasOwn(seen, name)) throw invalidField(readable(name), 'conflicting', 'was sent twice');
    Object.defineProperty(seen, name, { value, enumerable: true });
  }
  return seen;
}
