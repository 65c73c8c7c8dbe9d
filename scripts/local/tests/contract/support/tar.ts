import { gzipSync } from 'node:zlib';

const block = 512;

/** A gzipped tar archive of files by name. */
export function packed(files: Record<string, string>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => fileBlocks(name, Buffer.from(content)));
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * block)]));
}

/** A ustar header and the content, padded to whole blocks. */
function fileBlocks(name: string, bytes: Buffer): Buffer[] {
  const header = Buffer.alloc(block);
  const put = (text: string, offset: number) => header.write(text, offset, 'latin1');
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, '0');
  put(name, 0);
  put(octal(0o644, 8), 100);
  put(octal(0, 8), 108);
  put(octal(0, 8), 116);
  put(octal(bytes.length, 12), 124);
  put(octal(0, 12), 136);
  put('        ', 148);
  put('0', 156);
  put('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 7)}\0 `, 148);
  return [header, bytes, Buffer.alloc((block - (bytes.length % block)) % block)];
}
