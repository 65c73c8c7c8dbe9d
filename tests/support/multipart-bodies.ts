import type { ProblemCode } from '#shared/domain/problems.ts';
import { type Random, seededRandom } from './seeded-random.ts';

export type EncodedForm = { body: Buffer; contentType: string };
export type Attack = EncodedForm & { what: string; code: ProblemCode };

export const BOUNDARY = '----FormBoundary7MA4YWxk';
export const CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** One part from its header lines and content, without delimiters. */
export function part(headers: string[], content: string | Buffer = ''): Buffer {
  return Buffer.concat([
    latin1(`${headers.join('\r\n')}\r\n\r\n`),
    typeof content === 'string' ? latin1(content) : content,
  ]);
}

export function field(name: string, text: string | Buffer): Buffer {
  return part([`Content-Disposition: form-data; name="${name}"`], text);
}

export function file(name: string, filename: string, content: string | Buffer): Buffer {
  const disposition = `Content-Disposition: form-data; name="${name}"; filename="${filename}"`;
  return part([disposition, 'Content-Type: application/octet-stream'], content);
}

/** A form with these parts and valid delimiters. */
export function form(...parts: Buffer[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap((each) => [latin1(`--${BOUNDARY}\r\n`), each, latin1('\r\n')]),
    latin1(`--${BOUNDARY}--\r\n`),
  ]);
}

/**
 * Bodies from a grammar that makes an error at any place; many are also mutated. The same `seed` gives the same bodies.
 */
export function* hostileBodies(count: number, seed: number): Generator<EncodedForm> {
  const random = seededRandom(seed);
  for (let index = 0; index < count; index++) {
    const sent = hostileBody(random);
    yield random.chance(0.4) ? { ...sent, body: mutated(sent.body, random) } : sent;
  }
}

function hostileBody(random: Random): EncodedForm {
  const boundary = random.chance(0.9)
    ? BOUNDARY
    : random.pick(['a', '-', '--', 'x'.repeat(70), "a'()+_,-./:=?", 'x'.repeat(300)]);
  const count = random.chance(0.02) ? 60 : random.below(6);
  const maybeWrong = (probability: number, right: string, ...others: [string, ...string[]]) =>
    latin1(random.chance(probability) ? random.pick(others) : right);
  const pieces = [maybeWrong(0.05, '', '\r\n', 'preamble\r\n', '--', '\0', 'x'.repeat(5_000))];
  for (let index = 0; index < count; index++) {
    pieces.push(
      maybeWrong(
        0.04,
        `--${boundary}`,
        `--${boundary}x`,
        boundary,
        `-- ${boundary}`,
        `--${boundary} \t`,
        `--${boundary}--`,
      ),
    );
    pieces.push(
      maybeWrong(0.04, '\r\n', '\n', '\r', '', '\r\n\r\n'),
      hostilePart(random),
      maybeWrong(0.04, '\r\n', '\n', '', '\r\n\r\n', '--'),
    );
  }
  pieces.push(
    maybeWrong(
      0.1,
      `--${boundary}--`,
      '',
      `--${boundary}`,
      `--${boundary}-`,
      `--${boundary}--x`,
      `\r\n--${boundary}--`,
    ),
  );
  pieces.push(maybeWrong(0.1, '\r\n', '', '\r\n\r\n', 'epilogue', '\0'.repeat(3_000), `\r\n--${boundary}\r\n`));
  const contentType = `multipart/form-data; boundary=${random.chance(0.5) ? boundary : `"${boundary}"`}`;
  return { body: Buffer.concat(pieces), contentType: random.chance(0.95) ? contentType : random.pick(CONTENT_TYPES) };
}

const CONTENT_TYPES = [
  '',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=""',
  'multipart/mixed; boundary=a',
  `multipart/form-data; boundary=${BOUNDARY}; boundary=b`,
  `multipart/form-data; boundary*=utf-8''${BOUNDARY}`,
  `multipart/form-data; charset=utf-8; boundary=${BOUNDARY}`,
  `multipart/form-data; boundary=${'b'.repeat(71)}`,
  `multipart/form-data${';'.repeat(1_000)}`,
  'application/x-www-form-urlencoded',
] as const;

const NAMES = [
  'title',
  'title',
  'image1',
  'image2',
  'description',
  '',
  '__proto__',
  'a"b',
  'a\\"b',
  'ä',
  '\xff',
  'a\0b',
  'n'.repeat(200),
  'a;b=c',
] as const;
const FILENAMES = [
  'a.jpg',
  '',
  '../../etc/passwd',
  'C:\\fakepath\\a.jpg',
  'a\0.php',
  'a\r\nX: y',
  '\u202egpj.exe',
  'f'.repeat(5_000),
  '"',
  '\\',
] as const;
const OTHER_HEADERS = [
  'Content-Type: text/plain; charset=utf-8',
  'Content-Type: text/plain; charset=utf-16le',
  'Content-Type: image/jpeg',
  'Content-Type: multipart/mixed; boundary=x',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: binary',
  'Content-Length: 99',
  'Content-Disposition: form-data; name="twice"',
  'X: '.padEnd(9_000, 'x'),
  ' folded',
  'no colon',
  ': no name',
  'A: bare\nB: line break',
  '',
] as const;

function hostilePart(random: Random): Buffer {
  const name = random.pick(NAMES);
  const filename = random.chance(0.4) ? `; filename="${random.pick(FILENAMES)}"` : '';
  const usual = `Content-Disposition: form-data; name="${name}"${filename}`;
  const unusual = [
    'Content-Disposition: attachment; name="a"',
    'Content-Disposition: form-data',
    `Content-Disposition: form-data; name=${name}`,
    `Content-Disposition: form-data; name*=utf-8''${name}`,
    `Content-Disposition: form-data; name="${name}"; name="other"`,
    `Content-Disposition: form-data; filename*=utf-8''a.jpg; name="${name}"`,
    `Content-Disposition: form-data; name="${name}`,
    'Content-Disposition:',
    'Content-Type: text/plain',
  ] as const;
  const headers = [random.chance(0.85) ? usual : random.pick(unusual)];
  while (random.chance(0.2)) headers.splice(random.below(2), 0, random.pick(OTHER_HEADERS));
  return part(headers, hostileContent(random));
}

function hostileContent(random: Random): Buffer {
  return random.pick([
    () => Buffer.alloc(0),
    () => latin1('some text'),
    () => Buffer.from('Straße 日本 😀'),
    () => random.bytes(random.below(300)),
    () => latin1('\r\n'.repeat(random.below(20))),
    () => latin1(`\r\n--${BOUNDARY.slice(0, random.below(BOUNDARY.length))}\r\n`),
    () => latin1(`--${BOUNDARY}--`),
    () => Buffer.alloc(random.below(70_000), 'x'),
    () => Buffer.concat([latin1(`\r\n--${BOUNDARY}\r\n`), field('smuggled', 'x')]),
  ])();
}

function mutated(body: Buffer, random: Random): Buffer {
  const at = random.below(body.length + 1);
  return random.pick([
    () => body.subarray(0, at),
    () => Buffer.concat([body.subarray(0, at), random.bytes(1 + random.below(8)), body.subarray(at)]),
    () => Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + random.below(30))]),
    () => Buffer.concat([body.subarray(0, at), body.subarray(Math.max(0, at - random.below(200)))]),
    () => {
      const copy = Buffer.from(body);
      if (at < copy.length) copy[at] = random.below(256);
      return copy;
    },
  ])();
}

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
