import type * as z from 'zod/mini';
import { shapeOf } from '#shared/contract/schema.ts';
import { fromText, takesList } from '#shared/contract/text.ts';
import { nextTurn } from '#shared/domain/clock.ts';
import { invalidField, Refusal, shown } from '#shared/domain/problems.ts';
import { withMutex } from '#shared/services/keyed-mutex.ts';
import { parseFields } from './field-errors.ts';
import { type FormFile, type FormSpec, parseForm } from './multipart.ts';
import type { Incoming } from './runtime.ts';

/** The default of `maxBytes`. Larger bodies are parsed only after the account is checked. */
export const DEFAULT_MAX_BODY_BYTES = 64 * 1024;

/**
 * `json`: the schema of a JSON body. `form`: the route also accepts multipart/form-data, with a schema of its text
 * fields, and files. `maxBytes` applies to both.
 */
export type BodySpec<B> = { json: z.ZodMiniType<B>; form?: FormSpec<B>; maxBytes?: number };
export type Body<B> = { value: B; files: FormFile[] };

/** Maximum number of `,` `:` `[` `{` and `"` in a body, counted together. A body with pictures has a few dozen. */
const MAX_STRUCTURE = 10_000;

/**
 * Maximum number of escapes in a body. A text of 4,000 characters has at most 8,000. Does not count the `\/` that PHP
 * writes into base64.
 */
const MAX_ESCAPES = 20_000;
const SLASH = '/'.charCodeAt(0);

function hasTooManyEscapes(body: Buffer): boolean {
  let count = 0;
  for (let at = body.indexOf('\\'); at !== -1; at = body.indexOf('\\', at + 2)) {
    if (body[at + 1] !== SLASH) count += 1;
    if (count > MAX_ESCAPES) return true;
  }
  return false;
}

/** Whether a body holds so many values that parsing it would block other requests. */
function hasTooManyValues(body: Buffer): boolean {
  let count = 0;
  for (const mark of ',:[{"') {
    for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + 1)) {
      count += 1;
      if (count > MAX_STRUCTURE) return true;
    }
  }
  return false;
}

/**
 * The line and column of a JSON error, if the parser names them. Its message is not repeated: it quotes the body, which
 * may hold a password.
 */
function errorPosition(cause: unknown): string {
  const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(cause instanceof Error ? cause.message : '') ?? [];
  return line === undefined ? '' : ` It cannot be read at line ${line}, column ${column}.`;
}

async function parseJson(body: Uint8Array): Promise<unknown> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (hasTooManyValues(bytes)) {
    throw new Refusal('body_too_large', `The JSON of the body has more than ${MAX_STRUCTURE} values and signs.`);
  }
  if (hasTooManyEscapes(bytes)) {
    throw new Refusal(
      'body_too_large',
      `The JSON of the body has more than ${MAX_ESCAPES} escapes such as \\n or \\u00e9.`,
    );
  }
  // Parsing 10 MB takes some milliseconds and three times its size in memory. So large bodies are parsed one at a time,
  // and other requests run in between.
  return bytes.length > DEFAULT_MAX_BODY_BYTES ? withMutex('large JSON', () => decodeJson(bytes)) : decodeJson(bytes);
}

async function decodeJson(bytes: Buffer): Promise<unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (bytes.length > DEFAULT_MAX_BODY_BYTES) await nextTurn();
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal('malformed_json', `The body is not valid JSON in UTF-8.${errorPosition(cause)}`, { cause });
  }
}

/** Reads the body as the route declares it; throws 400, 413, 415 or 422. An empty body counts as an empty object. */
export async function parseBody<B>({ headers, body }: Incoming, spec: BodySpec<B>): Promise<Body<B>> {
  const most = spec.maxBytes ?? DEFAULT_MAX_BODY_BYTES;
  if (body.byteLength > most) {
    throw new Refusal('body_too_large', `The body has ${body.byteLength} bytes; at most ${most} are taken here.`);
  }
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding !== 'identity') {
    const detail = `Send the body as it is, without content-encoding; it says ${shown(encoding)}.`;
    throw new Refusal('unsupported_media_type', detail);
  }
  const contentType = headers['content-type'] ?? '';
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (body.byteLength === 0) return { value: await parseFields(spec.json, {}), files: [] };
  if (type === 'application/json') return { value: await parseFields(spec.json, await parseJson(body)), files: [] };
  if (spec.form && type === 'multipart/form-data') return parseForm(body, contentType, spec.form);
  const accepted = spec.form ? 'application/json or multipart/form-data' : 'application/json';
  const was = type === '' ? 'none' : shown(type);
  throw new Refusal(
    'unsupported_media_type',
    `Send the body as ${accepted} and say so in content-type; it says ${was}.`,
  );
}

/**
 * Parses the query by its schema. An empty value counts as not sent, except for the names in `emptyCounts`. A repeated
 * name is a 422, since parsers disagree on which of its values counts.
 */
export async function parseQuery<Q>(
  query: URLSearchParams,
  schema: z.ZodMiniType<Q>,
  emptyCounts: readonly string[] = [],
): Promise<Q> {
  const shape = shapeOf(schema);
  const seen = new Set<string>();
  const values: [string, unknown][] = [];
  for (const [name, text] of query) {
    const field = shape.get(name);
    if (seen.has(name)) {
      const remedy = field && takesList(field) ? 'separate its values by commas' : 'send it once';
      throw invalidField(shown(name, false), 'conflicting', `was sent twice; ${remedy}`);
    }
    seen.add(name);
    if (text === '' && !emptyCounts.includes(name) && field) continue;
    values.push([name, field ? fromText(field, text, 'query') : text]);
  }
  return parseFields(schema, Object.fromEntries(values));
}
