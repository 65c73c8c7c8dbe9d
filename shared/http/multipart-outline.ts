import { MultipartError, malformed } from './multipart-error.ts';
import type { MultipartLimits } from './multipart-limits.ts';
import { readPartName } from './multipart-part-headers.ts';

/** What the raw bytes say about one part. */
export type OutlinedPart = { name: string; content: Buffer };

const LINE_END = '\r\n';
const HEADER_END = '\r\n\r\n';
const FINAL = '--';

/** Finds every part by its delimiters alone, so that nothing a parser drops goes unnoticed. */
export function outlineParts(body: Buffer, boundary: string, limits: MultipartLimits): OutlinedPart[] {
  const delimiter = Buffer.from(`${LINE_END}--${boundary}`, 'latin1');
  const parts: OutlinedPart[] = [];
  let at = openingEnd(body, delimiter);
  while (!startsWith(body, FINAL, at)) {
    if (!startsWith(body, LINE_END, at)) throw malformed('a line that starts like the boundary goes on differently');
    if (parts.length === limits.parts)
      throw new MultipartError('too_many_parts', `The form has more than ${limits.parts} parts.`);
    const next = body.indexOf(delimiter, at + LINE_END.length);
    if (next === -1) throw malformed('it ends before the closing boundary');
    parts.push(outlinePart(body.subarray(at + LINE_END.length, next), limits));
    at = next + delimiter.length;
  }
  checkEpilogue(body.subarray(at + FINAL.length));
  return parts;
}

/** Where the first delimiter ends; it may lack its line break or come after an empty line. */
function openingEnd(body: Buffer, delimiter: Buffer): number {
  const first = delimiter.subarray(LINE_END.length);
  if (body.subarray(0, first.length).equals(first)) return first.length;
  if (body.subarray(0, delimiter.length).equals(delimiter)) return delimiter.length;
  throw malformed('it does not start with the boundary that the content type names');
}

function outlinePart(part: Buffer, limits: MultipartLimits): OutlinedPart {
  const headerEnd = part.subarray(0, limits.headerSize + HEADER_END.length).indexOf(HEADER_END);
  if (headerEnd === -1) throw malformed('the header of a part is unfinished or too long');
  const name = readPartName(part.subarray(0, headerEnd), limits);
  return { name, content: part.subarray(headerEnd + HEADER_END.length) };
}

/** Some clients end with a line break or two; anything more would be content that nobody reads. */
function checkEpilogue(epilogue: Buffer): void {
  const blank = epilogue.length <= 8 && /^[\r\n]*$/.test(epilogue.toString('latin1'));
  if (!blank) throw malformed('something follows the closing boundary');
}

function startsWith(body: Buffer, text: string, at: number): boolean {
  return body.toString('latin1', at, at + text.length) === text;
}
