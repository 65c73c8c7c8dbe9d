import { extendedHeader } from './pictures-canary.ts';
import type { Bases } from './pictures-malformed.ts';
import {
  joinParts,
  jpegSegment,
  pngPart,
  replaceParts,
  riff,
  splitPng,
  splitWebp,
  webpPart,
} from './pictures-parts.ts';

/** A valid picture that other programs read as something else; `payload` must not be stored. */
export type Polyglot = { what: string; bytes: Buffer; payload: string };

const END = Buffer.from([0xff, 0xd9]);
const HTML = '<html><script>alert(document.domain)</script></html>';
const PHP = '<?php system($_GET["c"]); __halt_compiler();';
const ZIP = `PK\x03\x04${'z'.repeat(30)}PK\x01\x02${'z'.repeat(42)}PK\x05\x06${'\0'.repeat(18)}`;
const PDF = '%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
const PROGRAM = 'MZ\x90\0This program cannot be run in DOS mode.';
const VIDEO = '\0\0\0\x18ftypmp42\0\0\0\0isommp42the moving half of a motion photo';

/** Valid pictures that are accepted, but stored without their extra content. */
export function polyglots({ jpeg, progressive, png, webp }: Bases): Polyglot[] {
  const trailing = [HTML, PHP, ZIP, PDF, SVG, PROGRAM, VIDEO].flatMap((payload) =>
    Object.entries({ jpeg, png, webp }).map(([format, bytes]) => ({
      what: `a ${format} followed by ${JSON.stringify(payload.slice(0, 8))}`,
      bytes: Buffer.concat([bytes, latin1(payload)]),
      payload,
    })),
  );
  return [
    ...trailing,
    ...segments(jpeg),
    ...chunks(png),
    ...riffChunks(webp),
    ...insideEnds({ jpeg, progressive, png, webp }),
    { what: 'a JPEG followed by another JPEG', bytes: Buffer.concat([jpeg, secondJpeg()]), payload: 'SECOND' },
  ];
}

/** Pictures with a payload after the last pixel, but before the end of its segment or chunk. */
function insideEnds({
  jpeg,
  progressive,
  png,
  webp,
}: Pick<Bases, 'jpeg' | 'progressive' | 'png' | 'webp'>): Polyglot[] {
  const withoutEnd = (bytes: Buffer) => bytes.subarray(0, bytes.length - 2);
  const pixels = splitPng(png);
  const [last] = pixels.parts.filter(({ type }) => type === 'IDAT').slice(-1);
  const longer = pngPart('IDAT', Buffer.concat([last?.bytes.subarray(8, -4) ?? png, latin1(ZIP)]));
  const longerEnd = pngPart('IEND', ZIP);
  const withParts = (replaced: string, part: Buffer) => joinParts(replaceParts(pixels, replaced, () => [part]));
  const odd = oddWebp(webp);
  return [
    {
      what: 'a JPEG with a ZIP before its end',
      bytes: Buffer.concat([withoutEnd(jpeg), latin1(ZIP), END]),
      payload: ZIP,
    },
    { what: 'a JPEG with a ZIP for its end', bytes: Buffer.concat([withoutEnd(jpeg), latin1(ZIP)]), payload: ZIP },
    {
      what: 'a progressive JPEG with HTML before its end',
      bytes: Buffer.concat([withoutEnd(progressive), latin1(HTML), END]),
      payload: HTML,
    },
    { what: 'a PNG with a ZIP behind its pixels', bytes: withParts('IDAT', longer), payload: ZIP },
    {
      what: 'a PNG with pixels behind its pixels',
      bytes: joinParts(replaceParts(pixels, 'IDAT', (chunk) => [chunk, pngPart('IDAT', PDF), pngPart('IDAT', '')])),
      payload: PDF,
    },
    { what: 'a PNG with a ZIP in its end', bytes: withParts('IEND', longerEnd), payload: ZIP },
    { what: 'a PNG with a ZIP for its end', bytes: withParts('IEND', latin1(ZIP)), payload: ZIP },
    { what: 'a WebP with a byte in its padding', bytes: odd.bytes, payload: odd.payload },
  ];
}

/** A chunk of odd length with a padding byte other than zero. */
function oddWebp(webp: Buffer): { bytes: Buffer; payload: string } {
  const { parts } = splitWebp(webp);
  const picture = parts[0]?.bytes ?? webp;
  const odd = webpPart('VP8 ', Buffer.concat([picture.subarray(8), Buffer.alloc(1)]));
  odd.write('!', odd.length - 1, 'latin1');
  return { bytes: riff([odd]), payload: odd.toString('latin1', odd.length - 2) };
}

function segments(jpeg: Buffer): Polyglot[] {
  const withPayload = (what: string, marker: number, payload: string) => ({
    what,
    bytes: Buffer.concat([jpeg.subarray(0, 2), jpegSegment(marker, payload), jpeg.subarray(2)]),
    payload,
  });
  return [
    withPayload('a JPEG with PHP in its comment', 0xfe, PHP),
    withPayload('a JPEG with a PDF in its comment', 0xfe, PDF),
    withPayload('a JPEG with a ZIP in its last application segment', 0xef, ZIP),
    withPayload('a JPEG with HTML in its Exif', 0xe1, `Exif\0\0${HTML}`),
    withPayload('a JPEG with HTML for a profile', 0xe2, `ICC_PROFILE\0\x01\x01${HTML}`),
    withPayload('a JPEG with a PDF inside its profile', 0xe2, profileAround(PDF)),
    withPayload('a JPEG that is a script too', 0xe0, '/*='.padEnd(0x2f2a - 2, ' ')),
    withPayload('a JPEG with HTML after its Adobe mark', 0xee, `Adobe\0\x64\0\0\0\0\x01${HTML}`),
    withPayload('a JPEG with HTML for a thumbnail', 0xe0, `JFIF\0\x01\x02\0\0\x01\0\x01\x04\x04${HTML}`),
  ].map((polyglot) => ({ ...polyglot, payload: polyglot.payload.slice(-40) }));
}

function chunks(png: Buffer): Polyglot[] {
  const { head, parts } = splitPng(png);
  const [header = head, ...rest] = parts.map(({ bytes }) => bytes);
  const withPayload = (what: string, type: string, payload: string) => ({
    what,
    bytes: Buffer.concat([head, header, pngPart(type, payload), ...rest]),
    payload,
  });
  return [
    withPayload('a PNG with HTML in its text', 'tEXt', `Comment\0${HTML}`),
    withPayload('a PNG with a ZIP in a private chunk', 'ziPp', ZIP),
    withPayload('a PNG with PHP for a profile', 'iCCP', `${PHP}\0\0no zlib`),
    withPayload('a PNG with HTML for gamma', 'gAMA', HTML),
    withPayload('a PNG with a PDF in its orientation', 'eXIf', PDF),
    withPayload('a PNG with a program in its time', 'tIME', PROGRAM),
  ];
}

function riffChunks(webp: Buffer): Polyglot[] {
  const picture = splitWebp(webp).parts.find(({ type }) => type === 'VP8 ')?.bytes ?? Buffer.alloc(0);
  const header = extendedHeader(picture);
  header.writeUInt8(0x2c, 8);
  const withPayload = (what: string, type: string, payload: string) => ({
    what,
    bytes: riff([header, webpPart(type, payload), picture]),
    payload,
  });
  return [
    withPayload('a WebP with HTML in an unknown chunk', 'HTML', HTML),
    withPayload('a WebP with a script in its XMP', 'XMP ', HTML),
    withPayload('a WebP with PHP in its Exif', 'EXIF', PHP),
    withPayload('a WebP with a PDF for a profile', 'ICCP', PDF),
    {
      ...withPayload('a WebP with HTML behind a simple picture', 'HTML', HTML),
      bytes: riff([picture, webpPart('HTML', HTML)]),
    },
  ];
}

function profileAround(content: string): string {
  const profile = Buffer.alloc(200 + content.length);
  profile.writeUInt32BE(profile.length);
  profile.write('acsp', 36, 'latin1');
  profile.write(content, 200, 'latin1');
  return `ICC_PROFILE\0\x01\x01${profile.toString('latin1')}`;
}

function secondJpeg(): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xd8]), jpegSegment(0xfe, 'SECOND'), Buffer.from([0xff, 0xd9])]);
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
