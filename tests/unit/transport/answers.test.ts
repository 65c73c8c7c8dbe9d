import { describe, expect, it } from 'vitest';
import { AnswerReader } from '#shared/appwrite/transport/answer-reader.ts';
import { stopwatch } from '../../support/stopwatch.ts';

/** Fed in pieces of so many bytes. */
function read(text: string, pieceSize = text.length): AnswerReader {
  const reader = new AnswerReader();
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += pieceSize) reader.feed(bytes.subarray(at, at + pieceSize));
  return reader;
}

const lines = (...all: string[]) => all.join('\r\n');

const GOOD: [what: string, text: string, status: number, body: string][] = [
  ['a length', lines('HTTP/1.1 200 OK', 'Content-Length: 5', '', 'hello'), 200, 'hello'],
  ['no length left', lines('HTTP/1.1 404 Not Found', 'content-length:0', '', ''), 404, ''],
  ['no reason and no body', lines('HTTP/1.1 204', 'x:', '', ''), 204, ''],
  ['a length that is of what is not sent', lines('HTTP/1.1 304 Not Modified', 'content-length: 7', '', ''), 304, ''],
  [
    'chunks and trailers',
    lines(
      'HTTP/1.1 200 OK',
      'Transfer-Encoding: CHUNKED',
      '',
      '5',
      'hello',
      '00C',
      ', beautiful ',
      '1',
      '!',
      '000',
      'x-trailer: t',
      '',
      '',
    ),
    200,
    'hello, beautiful !',
  ],
  ['no chunk but the last', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0', '', ''), 200, ''],
  [
    'hints before it',
    lines('HTTP/1.1 103 Early Hints', 'link: a', '', 'HTTP/1.1 201 Created', 'content-length: 2', '', 'ok'),
    201,
    'ok',
  ],
];

describe('an answer', () => {
  it.each(GOOD)('with %s is read in one piece, byte by byte and in any two pieces', (_, text, status, body) => {
    const cuts = Array.from({ length: text.length - 1 }, (__, at) => at + 1);
    const whole = cuts.map((cut) => {
      const reader = read(text.slice(0, cut));
      expect(reader.isWhole).toBe(false);
      reader.feed(Buffer.from(text.slice(cut), 'latin1'));
      return reader;
    });
    for (const reader of [...whole, read(text), read(text, 1)]) {
      expect(reader.staysOpen).toBe(true);
      expect([reader.answer.status, reader.answer.body.toString()]).toEqual([status, body]);
    }
  });

  it('has its header names in lower case, their values trimmed, and what comes twice joined', () => {
    const text = lines('HTTP/1.1 200 OK', 'X-A: 1', 'x-a:2  ', '__proto__: p', 'Content-Length: 0', '', '');
    const { headers } = read(text).answer;
    expect({ ...headers }).toEqual({ 'x-a': '1, 2', ['__proto__']: 'p', 'content-length': '0' });
  });

  it('without a length ends with its connection', () => {
    const reader = read(lines('HTTP/1.1 200 OK', '', 'all that comes'), 3);
    expect(reader.isWhole).toBe(false);
    reader.end();
    expect([reader.answer.body.toString(), reader.staysOpen]).toEqual(['all that comes', false]);
  });

  it.each([
    ['HTTP/1.0', lines('HTTP/1.0 200 OK', 'content-length: 2', '', 'ok')],
    ['connection: close', lines('HTTP/1.1 200 OK', 'Connection: x, Close', 'content-length: 2', '', 'ok')],
  ])('with %s is the last of its connection', (_, text) => {
    const reader = read(text);
    expect([reader.answer.body.toString(), reader.staysOpen]).toEqual(['ok', false]);
  });
});

const OK = 'HTTP/1.1 200 OK';
const BAD: [what: string, ...lines: string[]][] = [
  ['more after its end', OK, 'content-length: 2', '', 'ok!'],
  ['more after its last chunk', OK, 'transfer-encoding: chunked', '', '0', '', '!'],
  ['another protocol', 'HTTP/2 200 OK', '', ''],
  ['no status', 'HTTP/1.1 OK', '', ''],
  ['a status of four digits', 'HTTP/1.1 2000 OK', '', ''],
  ['a change of protocol', 'HTTP/1.1 101 Switching Protocols', '', ''],
  ['an empty line first', '', OK, '', ''],
  ['a folded header', OK, 'x-a: 1', ' 2', '', ''],
  ['a space before the colon', OK, 'content-length : 0', '', ''],
  ['a header without a colon', OK, 'content-length', '', ''],
  ['a bare line feed in a header', OK, 'x: a\ncontent-length: 0', '', ''],
  ['a bare carriage return in a header', OK, 'x: a\rb', '', ''],
  ['a tab in a header', OK, 'transfer-encoding: chunked\t', '', '0', '', ''],
  ['a NUL in a header', OK, 'x: a\0', '', ''],
  ['two lengths', OK, 'content-length: 2', 'content-length: 2', '', 'ok'],
  ['a negative length', OK, 'content-length: -1', '', ''],
  ['a length with a sign', OK, 'content-length: +2', '', 'ok'],
  ['a length in hexadecimal', OK, 'content-length: 0x2', '', 'ok'],
  ['an endless length', OK, 'content-length: 9999999999999999', '', 'ok'],
  ['a length and chunks', OK, 'content-length: 2', 'transfer-encoding: chunked', '', '0', '', ''],
  ['compressed chunks', OK, 'transfer-encoding: gzip, chunked', '', '0', '', ''],
  ['chunks twice', OK, 'transfer-encoding: chunked', 'transfer-encoding: chunked', '', '0', '', ''],
  ['a chunk of no size', OK, 'transfer-encoding: chunked', '', '', 'a'],
  ['a chunk of a negative size', OK, 'transfer-encoding: chunked', '', '-1', 'a'],
  ['a chunk of a size too long to be one', OK, 'transfer-encoding: chunked', '', '000000001', 'a'],
  ['a length for a trailer', OK, 'transfer-encoding: chunked', '', '0', 'Content-Length: 3', '', ''],
  ['a trailer that is no header', OK, 'transfer-encoding: chunked', '', '0', 'trailer', '', ''],
  ['a chunk with an extension', OK, 'transfer-encoding: chunked', '', '1;x=y', 'a', '0', '', ''],
  ['a chunk that is longer than it says', OK, 'transfer-encoding: chunked', '', '1', 'ab', '0', '', ''],
  ['a chunk size that ends in a bare line feed', OK, 'transfer-encoding: chunked', '', '1\na', '0', '', ''],
];

describe('what is not an answer is an error', () => {
  it.each(BAD)('%s', (_, ...text) => {
    for (const pieceSize of [1, 7, 1000]) {
      expect(() => read(lines(...text), pieceSize)).toThrow(expect.objectContaining({ code: 'ERR_UNREADABLE_ANSWER' }));
    }
  });

  it.each([
    ['a head', `${OK}\r\nx: ${'a'.repeat(17_000)}`],
    ['hints', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000)],
    ['a chunk size', `${OK}\r\ntransfer-encoding: chunked\r\n\r\n${'0'.repeat(17_000)}`],
    ['trailers', `${OK}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'x: a\r\n'.repeat(4000)}`],
  ])('%s without an end', (_, text) => {
    for (const pieceSize of [97, text.length]) {
      expect(() => read(text, pieceSize)).toThrow('a head that does not end');
    }
  });

  it.each(['', '\0', 'b'])('a line of 16,000 spaces takes no time, whatever it ends with: %j', (end) => {
    const text = lines(OK, `x: a${' '.repeat(16_000)}${end}`, 'content-length: 0', '', '');
    const taken = stopwatch();
    try {
      read(text);
    } catch {
      expect(end).toBe('\0');
    }
    expect(taken()).toBeLessThan(100);
  });

  it('a body past 64 MiB, however it is sent', () => {
    const mebibyte = Buffer.alloc(1024 * 1024);
    const framed = [mebibyte, Buffer.from('\r\n')];
    for (const [head, pieces] of [
      ['content-length: 99999999', [mebibyte]],
      ['x: until the end', [mebibyte]],
      ['transfer-encoding: chunked', [Buffer.from('100000\r\n'), ...framed]],
    ] as const) {
      const reader = read(lines(OK, head, '', ''));
      const feed = () => {
        for (const piece of pieces) reader.feed(piece);
      };
      for (let count = 0; count < 64; count += 1) feed();
      expect(feed).toThrow(expect.objectContaining({ code: 'ERR_ANSWER_TOO_LARGE' }));
    }
  });

  it.each(GOOD)('an end too early, with %s', (_, text) => {
    for (let cut = 0; cut < text.length; cut += 1) {
      const reader = read(text.slice(0, cut));
      expect(() => reader.end()).toThrow(expect.objectContaining({ code: 'ECONNRESET' }));
      expect(() => reader.answer).toThrow('broke off');
    }
  });
});
