import { isUtf8 } from 'node:buffer';
import { Busboy } from '@fastify/busboy';
import type * as z from 'zod/mini';
import { shapeOf } from '#shared/contract/schema.ts';
import { fromText } from '#shared/contract/text.ts';
import { nextTurn } from '#shared/domain/clock.ts';
import { invalidField, Refusal, shown } from '#shared/domain/problems.ts';
import { parseFields } from './field-errors.ts';

/** The schema of a form's text fields, and the names of its files in the order in which they are returned. */
export type FormSpec<B> = { fields: z.ZodMiniType<B>; files: readonly string[] };

/** `filename` is what the client sent. It distinguishes a file input that was left empty from an empty file. */
export type FormFile = { field: string; filename: string; bytes: Uint8Array };

/** One part of a form. A text field has no filename. */
export type FormPart = { name: string; filename: string | undefined; type: string; bytes: Buffer };

const MAX_PARTS = 24;
const LONGEST_HEADER = 4 * 1024;
/**
 * The parser counts as stuck after this many turns of the event loop. It needs only a few: the whole body is in memory.
 */
const MAX_TURNS = 100;

function malformed(what: string): Refusal {
  return new Refusal('malformed_form', `The multipart body cannot be read: ${what}.`);
}

/** The one boundary that a content type names. */
function boundaryOf(contentType: string): string {
  const named = [...contentType.matchAll(/;\s*boundary=(?:"([^"]*)"|([^\s;"]*))/gi)].map(([, a, b]) => a ?? b ?? '');
  const [boundary = ''] = named;
  if (named.length === 1 && /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(boundary)) return boundary;
  throw malformed(
    'its content type names no usable boundary. Leave the header Content-Type to your HTTP library, which adds the boundary',
  );
}

/**
 * Counts the parts between the delimiters. Busboy silently drops bytes outside of parts, which are refused here, and
 * parts that it cannot read, which `readParts` notices by this count.
 */
function countParts(body: Buffer, boundary: string): number {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const opensAtOnce = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2));
  if (!opensAtOnce && body.indexOf(delimiter) !== 0) {
    throw malformed('it does not start with the boundary that the content type names');
  }
  if (body.toString('latin1', delimiter.length - 2, delimiter.length - 1) === '\n' && opensAtOnce) {
    throw malformed('its lines end in LF; they have to end in CRLF');
  }
  const follows = (at: number) => body.toString('latin1', at, at + 2);
  let end = opensAtOnce ? delimiter.length - 2 : delimiter.length;
  let parts = 0;
  while (follows(end) === '\r\n') {
    const next = body.indexOf(delimiter, end + 2);
    if (next === -1) throw malformed('it ends before the closing boundary');
    parts += 1;
    if (parts > MAX_PARTS) throw invalidField('body', 'too_many', `must have at most ${MAX_PARTS} parts`);
    end = next + delimiter.length;
  }
  if (follows(end) !== '--') throw malformed('a line that starts like the boundary goes on differently');
  // Some clients end with a line break or two.
  if (/^[\r\n]{0,8}$/.test(body.toString('latin1', end + 2, end + 12))) return parts;
  throw malformed('something follows the closing boundary');
}

/** The parts of a form in the order sent; throws 400 for a body that cannot be read completely. */
export async function readParts(body: Uint8Array, contentType: string): Promise<FormPart[]> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const boundary = boundaryOf(contentType);
  const count = countParts(bytes, boundary);
  if (count === 0) return [];
  const parts: FormPart[] = [];
  let failure: Refusal | undefined;
  let finished = false;
  const parser = new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    preservePath: true,
    // All parts are read as bytes. Texts are recognised below, and decoded without replacing invalid bytes.
    isPartAFile: () => true,
    limits: { parts: MAX_PARTS, files: MAX_PARTS, headerSize: LONGEST_HEADER, fileSize: Number.POSITIVE_INFINITY },
  });
  // The library's types promise a name, but it is undefined when the client sent none.
  parser.on('file', (...[name = '', stream, filename, encoding, type]) => {
    const chunks: Buffer[] = [];
    if (name === '') failure ??= malformed('a part has no name');
    if (!/^(7bit|8bit|binary)$/i.test(encoding))
      failure ??= malformed(`${shown(name)} is in the encoding ${shown(encoding)}; send it as it is`);
    if (/^multipart\//i.test(type)) failure ??= malformed(`${shown(name)} holds parts of its own`);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const [first, second] = chunks;
      const content = first && second === undefined ? first : Buffer.concat(chunks);
      parts.push({ name, filename, type, bytes: content });
    });
    stream.on('error', () => {
      failure ??= malformed('it ends early');
    });
  });
  parser.on('error', () => {
    failure ??= malformed('it ends early');
  });
  parser.on('finish', () => {
    finished = true;
  });
  parser.end(bytes);
  for (let turn = 0; turn < MAX_TURNS && !finished && !failure; turn += 1) await nextTurn();
  if (failure) throw failure;
  if (!finished || parts.length !== count)
    throw malformed('some of its parts cannot be made out; each needs Content-Disposition: form-data with a name');
  return parts;
}

/** A file has a filename. Some clients leave it out, but declare the type of a picture or of plain bytes. */
function isFile({ filename, type }: FormPart): boolean {
  return filename !== undefined || type === 'application/octet-stream' || type.startsWith('image/');
}

function textOf({ name, bytes }: FormPart): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(`${shown(name)} is not text in UTF-8`);
  }
}

function refuseMisplaced(part: FormPart, files: readonly string[], fields: readonly string[]): void {
  const { name } = part;
  if (isFile(part) && fields.includes(name)) throw invalidField(name, 'invalid_type', 'must be text; a file was sent');
  if (isFile(part) && !files.includes(name)) {
    const message = `is not a file of this request; its files are: ${files.join(', ')}`;
    throw invalidField(shown(name, false), 'unknown_field', message);
  }
  if (!isFile(part) && files.includes(name)) {
    const { bytes } = part;
    const sent = isUtf8(bytes) ? `the text ${shown(textOf(part))} was` : `${bytes.length} bytes without one were`;
    throw invalidField(name, 'invalid_type', `must be a file, a part with a filename; ${sent} sent`);
  }
}

/**
 * Reads multipart/form-data: text fields by their schema, files in the order in which they are declared. Empty texts
 * and file inputs that were left empty count as not sent.
 */
export async function parseForm<B>(body: Uint8Array, contentType: string, spec: FormSpec<B>) {
  const shape = shapeOf(spec.fields);
  const texts: [string, unknown][] = [];
  const sent = new Map<string, FormPart>();
  for (const part of await readParts(body, contentType)) {
    const { name, filename, bytes } = part;
    if (bytes.length === 0 && (filename === '' || !isFile(part))) continue;
    if (sent.has(name)) throw invalidField(shown(name, false), 'conflicting', 'was sent twice; send it once');
    refuseMisplaced(part, spec.files, [...shape.keys()]);
    sent.set(name, part);
    if (isFile(part)) continue;
    const field = shape.get(name);
    texts.push([name, field ? fromText(field, textOf(part), 'form') : textOf(part)]);
  }
  const value = await parseFields(spec.fields, Object.fromEntries(texts), spec.files);
  const files = spec.files.flatMap((field): FormFile[] => {
    const part = sent.get(field);
    return part ? [{ field, filename: part.filename ?? '', bytes: part.bytes }] : [];
  });
  return { value, files };
}
