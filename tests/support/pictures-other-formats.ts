import type { PictureErrorCode } from '#shared/media/picture-error.ts';
import type { Bases, MalformedPicture } from './pictures-malformed.ts';
import { seededRandom } from './seeded-random.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><circle r="1"/></svg>';

/** The first bytes of files that are neither JPEG, PNG nor WebP. */
const BEGINNINGS: ReadonlyArray<[what: string, beginning: string]> = [
  ['a GIF', 'GIF89a\x01\0\x01\0\0\0\0;'],
  ['a GIF that is also a Java archive', 'GIF87aPK\x03\x04META-INF/MANIFEST.MF'],
  ['a GIF that is also a script', 'GIF89a/*\0*/=1;alert(1)'],
  ['a BMP', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0'],
  ['a little-endian TIFF', 'II*\0\x08\0\0\0'],
  ['a big-endian TIFF', 'MM\0*\0\0\0\x08'],
  ['a big TIFF', 'II+\0\x08\0\0\0'],
  ['an icon', '\0\0\x01\0\x01\0\x10\x10'],
  ['a Photoshop document', '8BPS\0\x01'],
  ['a JPEG XL codestream', '\xff\x0a\xfa\x7f'],
  ['a JPEG XL container', '\0\0\0\x0cJXL \x0d\x0a\x87\x0a'],
  ['a JPEG 2000 picture', '\0\0\0\x0cjP  \x0d\x0a\x87\x0a'],
  ['a JPEG 2000 codestream', '\xff\x4f\xff\x51\0\x29'],
  ['an MNG', '\x8aMNG\r\n\x1a\n'],
  ['a HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  ['a HEIC of the general brand', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic'],
  ['a HEIC sequence', '\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc'],
  ['an AVIF', '\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'],
  ['a Canon raw file', '\0\0\0\x18ftypcrx \0\0\0\x01crx isom'],
  ['an MP4', '\0\0\0\x18ftypisom\0\0\x02\0isomiso2'],
  ['a QuickTime video', '\0\0\0\x14ftypqt  \0\0\0\0qt  '],
  ['an ftyp box of 4 GiB', '\xff\xff\xff\xffftypheic'],
  ['a WebM', '\x1aE\xdf\xa3\x9fB\x86\x81\x01'],
  ['a WAV', 'RIFF\x24\0\0\0WAVEfmt '],
  ['an AVI', 'RIFF\x24\0\0\0AVI LIST'],
  ['an Ogg', 'OggS\0\x02'],
  ['an MP3', 'ID3\x03\0\0'],
  ['a PDF', '%PDF-1.7\n1 0 obj'],
  ['a PDF after some garbage', `${'x'.repeat(900)}%PDF-1.4\n`],
  ['a PostScript file', '%!PS-Adobe-3.0'],
  ['a ZIP', 'PK\x03\x04\x14\0'],
  ['an empty ZIP', `PK\x05\x06${'\0'.repeat(18)}`],
  ['a RAR', 'Rar!\x1a\x07\x01\0'],
  ['a 7z', '7z\xbc\xaf\x27\x1c'],
  ['a gzip', '\x1f\x8b\x08\0'],
  ['a Windows program', 'MZ\x90\0\x03'],
  ['a Linux program', '\x7fELF\x02\x01'],
  ['a Java class', '\xca\xfe\xba\xbe\0\0\0\x34'],
  ['a shell script', '#!/bin/sh\nrm -rf /'],
  ['a PHP script', '<?php system($_GET[0]); ?>'],
  ['an SVG', SVG],
  ['an SVG with an XML head', `<?xml version="1.0"?>\n<!-- x -->${SVG}`],
  ['an SVG after a byte order mark', `\xef\xbb\xbf \n${SVG}`],
  ['an SVG in UTF-16', `\xff\xfe${[...SVG].map((letter) => `${letter}\0`).join('')}`],
  ['a web page', '<!DOCTYPE html><html><body><script>alert(1)</script></body></html>'],
  ['a web page after spaces', `${' '.repeat(300)}<HTML><HEAD>`],
  ['an XML document', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
  ['plain text', 'this is not a picture'],
  ['one byte', '\xff'],
  ['two bytes of a JPEG', '\xff\xd8'],
  ['a WebP without its brand', 'RIFF\x24\0\0\0WEB'],
  ['zeros', '\0'.repeat(4096)],
  ['a JPEG after a space', ' \xff\xd8\xff\xe0'],
];

export function otherFormats({ jpeg, png }: Bases): MalformedPicture[] {
  const malformed = (what: string, bytes: Buffer, code: PictureErrorCode = 'unsupported_image') => ({
    what,
    bytes,
    code,
  });
  return [
    ...BEGINNINGS.map(([what, beginning]) => malformed(what, Buffer.from(beginning, 'latin1'))),
    malformed('a JPEG in base64', Buffer.from(jpeg.toString('base64'))),
    malformed('a JPEG without its first byte', jpeg.subarray(1)),
    malformed('a PNG inside an HTML page', Buffer.concat([Buffer.from('<html>'), png])),
    malformed('random bytes', Buffer.concat([Buffer.from([7]), seededRandom(1).bytes(5_000)])),
    malformed('nothing', Buffer.alloc(0), 'image_empty'),
    malformed(
      'a byte more than 3 MiB',
      Buffer.concat([jpeg, Buffer.alloc(3 * 1024 * 1024 + 1 - jpeg.length)]),
      'image_too_large',
    ),
    malformed('12 MiB of zeros', Buffer.alloc(12 * 1024 * 1024), 'image_too_large'),
  ];
}
