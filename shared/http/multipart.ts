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
  const chunks = withoutLongContents(bytes, outlined, limits);
  const parsed = outlined.length === 0 ? [] : await parseParts({ chunks, boundary }, limits);
  if (parsed.length !== outlined.length) throw malformed('some of its parts cannot be made out');
  return toForm(outlined.map((outline, index) => agreed(outline, parsed[index], limits)));
}

const isLong = (content: Buffer, limits: MultipartLimits) => content.length > limits.fieldSize;

/** What the parser is shown: it would search long files once more for their ends, which are known. */
function withoutLongContents(body: Buffer, parts: readonly OutlinedPart[], limits: MultipartLimits): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const { content } of parts.filter((part) => isLong(part.content, limits))) {
    const start = content.byteOffset - body.byteOffset;
    chunks.push(body.subarray(at, start));
    at = start + content.length;
  }
  return [...chunks, body.subarray(at)];
}

type Part = { name: string; content: Buffer; filename: string | undefined };

/** Both readings of a part in one; two that differ mean a body made to be read in two ways. */
function agreed({ name, content }: OutlinedPart, part: ParsedPart | undefined, limits: MultipartLimits): Part {
  const long = isLong(content, limits);
  if (part?.kind === 'field') {
    if (long) throw new MultipartError('too_large', `The field ${name} is too long.`, name);
    if (decodeUtf8(content) !== part.text) throw malformed('text must be UTF-8', name);
  } else if (content.length > limits.fileSize) {
    throw new MultipartError('file_too_large', `The file ${name} is too large.`, name);
  }
  if (part?.name !== name || (part.kind === 'file' && part.size !== (long ? 0 : content.length))) {
    throw malformed('one of its parts can be read in two ways', name);
  }
  return { name, content, filename: part.kind === 'file' ? part.filename : undefined };
}

function toForm(parts: readonly Part[]): MultipartForm {
  const form: MultipartForm = { fields: new Map(), files: [] };
  const names = new Set<string>();
  for (const { name, content, filename } of parts) {
    // What browsers send for a file input that was left empty.
    if (filename === '' && content.length === 0) continue;
    if (names.has(name)) throw new MultipartError('duplicate_field', `The form has ${name} twice.`, name);
    names.add(name);
    if (filename === undefined) form.fields.set(name, content.toString());
    else form.files.push({ name, filename, bytes: content });
  }
  return form;
}
