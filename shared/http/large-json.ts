import { nextTurn } from '#shared/domain/clock.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Strings from this length on are taken out; everything else that a request may say is shorter. */
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
    short += `${body.toString('utf8', at, start)}${mark}${strings.length}`;
    strings.push(body.toString('utf8', start, end));
    at = end;
    await nextTurn();
  }
  short = `${short}${body.toString('utf8', at)}`.replace(/^\ufeff/, '');
  if (strings.length === 0) return JSON.parse(short);
  return JSON.parse(short, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? strings[Number(value.slice(mark.length))] : value,
  );
}

/** Where long values without escapes stand, without their quotes. */
function longStrings(body: Buffer): Range[] {
  const found: Range[] = [];
  let start = -1;
  let at = body.indexOf(QUOTE);
  for (let count = 0; at !== -1 && count < MOST_QUOTES; count += 1) {
    if (start === -1) {
      start = at + 1;
    } else if (!isEscaped(body, at, start)) {
      const isLong = at - start >= LONG && !body.subarray(start, at).includes(BACKSLASH);
      if (isLong && !isName(body, at)) found.push({ start, end: at });
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
  return /^"\s*:/.test(body.toString('latin1', end, end + 100));
}
