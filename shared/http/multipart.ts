import { readBoundary } from './multipart-boundary.ts';
import { MultipartError, malformed } from './multipart-error.ts';
import { MULTIPART_LIMITS, type MultipartLimits } from './multipart-limits.ts';
import { type OutlinedPart, outlineParts } from './multipart-outline.ts';
import { decodeUtf8 } from './multipart-part-headers.ts';
import { type ParsedPart, parseParts } from './multipart-stream.ts';

export { MultipartError };

/** `filename` is what the sender claims: good for telling a named empty file, never for storing. */
export type MultipartFile = { name: string; filename: string; bytes: Uint8Array };
export type MultipartForm = { fields: Map<string, string>; files: MultipartFile[] };

/** Reads a whole form from memory without copying its files; every refusal is a MultipartError. */
export async function readMultipart(
  body: Uint8Array,
  contentType: string,
  limits: MultipartLimits = MULTIPART_LIMITS,
): Promise<MultipartForm> {
  const boundary = readBoundary(contentType);
  if (body.length > limits.body) {
    throw new MultipartError('too_large', `The form is larger than ${limits.body} bytes.`);
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const outlined = outlineParts(bytes, boundary, limits);
  const parsed = outlined.length === 0 ? [] : await parseParts({ chunks: [bytes], boundary }, limits);
  compare(parsed, outlined);
  return toForm(parsed);
}

/** Two readings that differ mean a body made to be read in two ways. */
function compare(parsed: ParsedPart[], outlined: OutlinedPart[]): void {
  if (parsed.length !== outlined.length) throw malformed('some of its parts cannot be made out');
  for (const [index, { name, content }] of outlined.entries()) {
    const part = parsed[index];
    if (part?.kind === 'field' && decodeUtf8(content) !== part.text) throw malformed('text must be UTF-8', name);
    if (part?.name !== name || (part.kind === 'file' && byteCount(part.chunks) !== content.length)) {
      throw malformed('one of its parts can be read in two ways', name);
    }
  }
}

function toForm(parts: ParsedPart[]): MultipartForm {
  const form: MultipartForm = { fields: new Map(), files: [] };
  const names = new Set<string>();
  for (const part of parts) {
    if (isUnusedFileInput(part)) continue;
    const { name } = part;
    if (names.has(name)) throw new MultipartError('duplicate_field', `The form has ${name} twice.`, name);
    names.add(name);
    if (part.kind === 'field') form.fields.set(name, part.text);
    else form.files.push({ name, filename: part.filename, bytes: joined(part.chunks) });
  }
  return form;
}

/** What browsers send for a file input that was left empty. */
function isUnusedFileInput(part: ParsedPart): boolean {
  return part.kind === 'file' && part.filename === '' && byteCount(part.chunks) === 0;
}

function byteCount(chunks: Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

function joined(chunks: Buffer[]): Uint8Array {
  const [only] = chunks;
  return only && chunks.length === 1 ? only : Buffer.concat(chunks);
}
