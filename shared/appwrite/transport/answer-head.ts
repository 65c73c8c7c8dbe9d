import { unreadable } from './transport-error.ts';

/** Names in lower case; what came more than once is joined by commas. */
export type AnswerHeaders = Readonly<Record<string, string>>;
export type AnswerHead = { status: number; headers: AnswerHeaders; body: Framing; staysOpen: boolean };
/** How the end of a body is told: by its length, by chunks, or by the connection's end. */
export type Framing = number | 'chunked' | 'until close';

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\0\r\n]*)?$/;
// A tab may stand where a space may, and is taken for part of the value by some, Node among them.
const HEADER_LINE = /^([!#$%&'*+.^_`|~\w-]+):([^\0\t\r\n]*)$/;

/** Reads status line and headers (RFC 9112); throws for what two readers could understand in two ways. */
export function parseHead(text: string): AnswerHead {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status] = STATUS_LINE.exec(first) ?? [];
  if (status === undefined) throw unreadable('no status line');
  const headers = readHeaders(lines);
  const body = framingOf(Number(status), headers);
  const { connection = '' } = headers;
  const staysOpen = minor === '1' && body !== 'until close' && !/\bclose\b/i.test(connection);
  return { status: Number(status), headers, body, staysOpen };
}

/** Also for the lines after the last chunk. */
export function parseHeader(line: string): [name: string, value: string] {
  const [, name, value = ''] = HEADER_LINE.exec(line) ?? [];
  if (name === undefined) throw unreadable('a header line that is none');
  return [name.toLowerCase(), trimmed(value)];
}

/** Without spaces around it. By hand: a pattern takes the square of the time for a line full of them. */
function trimmed(value: string): string {
  let [start, end] = [0, value.length];
  while (value[start] === ' ') start += 1;
  while (end > start && value[end - 1] === ' ') end -= 1;
  return value.slice(start, end);
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [key, value] = parseHeader(line);
    const before = headers[key];
    headers[key] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

/** A length and chunks together, or either in words that are not exactly right, are how answers are smuggled. */
function framingOf(status: number, headers: Record<string, string>): Framing {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  if (encoding !== undefined && (length !== undefined || encoding.toLowerCase() !== 'chunked')) {
    throw unreadable('no clear end');
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw unreadable('no clear length');
  if (status < 200 || status === 204 || status === 304) return 0;
  if (encoding !== undefined) return 'chunked';
  return length === undefined ? 'until close' : Number(length);
}
