import { nextTurn } from '#shared/domain/clock.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const [SPACE, TAB, LF, CR] = [0x20, 0x09, 0x0a, 0x0d];
/** Values from this length on are taken out; everything else that a request may say is shorter, and so are names. */
const LONG = 64 * 1024;
/** Nobody who means well sends more; looking at each quote of a body full of them would take long. */
const MOST_QUOTES = 2_000;

type Range = { start: number; end: number };

/**
 * As JSON.parse, for bodies that are mostly pictures in base64: a parser would look at each of their characters, so they
 * are read straight from the bytes, and others get their turn after each. Expects UTF-8.
 */
export async function parseLargeJson(body: Buffer): Promise<unknown> {
  // Nobody can send it: it is another one each time.
  const mark = crypto.randomUUID();
  const strings: string[] = [];
  let short = '';
  let at = 0;
  for (const { start, end } of longStrings(body)) {
    if (!isLiteral(body.subarray(start, end))) continue;
    await nextTurn();
    short += `${body.toString('utf8', at, start)}${mark}${strings.length}`;
    strings.push(body.toString('utf8', start, end));
    at = end;
    await nextTurn();
  }
  short = `${short}${body.toString('utf8', at)}`.replace(/^\ufeff/, '');
  // Nothing that was meant well, and a reviver would be called for each of its values.
  if (short.length > LONG) return JSON.parse(body.toString().replace(/^\ufeff/, ''));
  return JSON.parse(short, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? strings[Number(value.slice(mark.length))] : value,
  );
}

/** What the parser must see: escapes, and the control characters that JSON forbids in strings. */
const SPECIAL = [BACKSLASH, ...Array(SPACE).keys()];

/** Whether a string says what stands there. Each search is native; a pattern would take longer than all of them. */
function isLiteral(string: Buffer): boolean {
  return !SPECIAL.some((byte) => string.includes(byte));
}

/** Where long values stand, without their quotes. */
function longStrings(body: Buffer): Range[] {
  const found: Range[] = [];
  let start = -1;
  let at = body.indexOf(QUOTE);
  for (let count = 0; at !== -1 && count < MOST_QUOTES; count += 1) {
    if (start === -1) {
      start = at + 1;
    } else if (!isEscaped(body, at, start)) {
      if (at - start >= LONG && !isName(body, at)) found.push({ start, end: at });
      start = -1;
    }
    at = body.indexOf(QUOTE, at + 1);
  }
  return found;
}

function isEscaped(body: Buffer, at: number, start: number): boolean {
  let first = at;
  while (first > start && body[first - 1] === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

function isName(body: Buffer, end: number): boolean {
  let next = end + 1;
  while (body[next] === SPACE || body[next] === TAB || body[next] === LF || body[next] === CR) next += 1;
  return body[next] === COLON;
}
