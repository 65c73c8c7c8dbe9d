import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { nextTurn } from '#shared/domain/clock.ts';
import { MultipartError, malformed } from './multipart-error.ts';
import type { MultipartLimits } from './multipart-limits.ts';

/** `text` is set for fields, `filename` (as sent, never a path to use) and `size` in bytes for files. */
export type ParsedPart =
  | { kind: 'field'; name: string; text: string }
  | { kind: 'file'; name: string; filename: string; size: number };

type Source = { chunks: Iterable<Uint8Array>; boundary: string };
type Outcome = { finished: boolean; failure: MultipartError | undefined };

// With the whole body in memory the parser hardly needs the event loop: one that takes so many turns is stuck.
const PATIENCE_TURNS = 100;

/** The parts in the order in which they stand; refuses what the parser would cut. */
export async function parseParts({ chunks, boundary }: Source, limits: MultipartLimits): Promise<ParsedPart[]> {
  const parser = createParser(boundary, limits);
  const parts: ParsedPart[] = [];
  const outcome: Outcome = { finished: false, failure: undefined };
  collect(parser, parts, (failure) => {
    outcome.failure ??= failure;
  });
  parser.on('finish', () => {
    outcome.finished = true;
  });
  for (const chunk of chunks) parser.write(chunk);
  parser.end();
  for (let turn = 0; turn < PATIENCE_TURNS && !outcome.finished && !outcome.failure; turn++) await nextTurn();
  if (outcome.failure) throw outcome.failure;
  if (!outcome.finished) throw malformed('it does not come to an end');
  return parts;
}

function createParser(boundary: string, limits: MultipartLimits): BusboyInstance {
  return new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    preservePath: true,
    isPartAFile: (_name, type, filename) =>
      filename !== undefined || type === 'application/octet-stream' || type?.startsWith('image/') === true,
    limits: {
      parts: limits.parts,
      fieldSize: limits.fieldSize,
      fileSize: limits.fileSize,
      headerPairs: limits.headerLines,
      headerSize: limits.headerSize,
    },
  });
}

function collect(parser: BusboyInstance, parts: ParsedPart[], refuse: (failure: MultipartError) => void): void {
  parser.on('field', (...[name, text, , truncated]) => {
    if (truncated) refuse(new MultipartError('too_large', `The field ${name} is too long.`, name));
    parts.push({ kind: 'field', name, text });
  });
  parser.on('file', (name, stream, filename = '') => {
    const part = { kind: 'file' as const, name, filename, size: 0 };
    parts.push(part);
    stream.on('data', (chunk: Buffer) => {
      part.size += chunk.length;
    });
    stream.on('limit', () => refuse(new MultipartError('file_too_large', `The file ${name} is too large.`, name)));
    stream.on('error', () => refuse(malformed('it ends early', name)));
  });
  parser.on('partsLimit', () => refuse(new MultipartError('too_many_parts', 'The form has too many parts.')));
  parser.on('error', () => refuse(malformed('it ends early')));
}
