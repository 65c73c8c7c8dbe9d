import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { File, FormData, fetch } from '#shared/appwrite/transport/undici.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { bodyOf, startServer } from '../../support/local-server.ts';

interface Parsed {
  fields: [string, string][];
  files: { name: string; filename: string; type: string; bytes: Buffer }[];
}

function parse(contentType: string, body: Buffer): Promise<Parsed> {
  return new Promise((resolve, reject) => {
    const parsed: Parsed = { fields: [], files: [] };
    const busboy = new Busboy({ headers: { 'content-type': contentType }, preservePath: true });
    busboy.on('field', (name, value) => parsed.fields.push([name, value]));
    busboy.on('file', (name, stream, filename, _encoding, type) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => parsed.files.push({ name, filename, type, bytes: Buffer.concat(chunks) }));
    });
    busboy.on('finish', () => resolve(parsed));
    busboy.on('error', reject);
    Readable.from([body]).pipe(busboy);
  });
}

describe('a form', () => {
  it('goes over the wire with fields and files as given', async () => {
    const photo = Buffer.alloc(3_000_000, 'photo\r\n--');
    let seen: Promise<Parsed> | undefined;
    const server = await startServer(async (request, response) => {
      const body = await bodyOf(request);
      expect(request.headers['content-length']).toBe(String(body.length));
      seen = parse(String(request.headers['content-type']), body);
      await seen;
      response.end('{}');
    });
    const form = new FormData();
    form.append('fileId', 'abc');
    form.append('file', new File([photo], 'abc_0.jpg', { type: 'image/jpeg' }));
    form.append('permissions[]', 'read("any")');
    form.append('more', new File([new Uint8Array([1]), new Uint8Array([2, 3]).buffer, 'ü'], 'x'), 'renamed');
    await fetch(server.url, { method: 'POST', body: form });
    await server.close();
    expect(await seen).toEqual({
      fields: [
        ['fileId', 'abc'],
        ['permissions[]', 'read("any")'],
      ],
      files: [
        { name: 'file', filename: 'abc_0.jpg', type: 'image/jpeg', bytes: photo },
        {
          name: 'more',
          filename: 'renamed',
          type: 'application/octet-stream',
          bytes: Buffer.from([1, 2, 3, 195, 188]),
        },
      ],
    });
  });

  it('keeps the bytes it is given where they are', () => {
    const bytes = new Uint8Array(1000);
    const form = new FormData();
    const more = new Uint8Array(10);
    form.append('file', new File([bytes, more], 'x'));
    const [, first, second] = form.encode().chunks;
    expect([first === bytes, second === more]).toEqual([true, true]);
  });

  it('cannot be broken out of by names, values or bytes', async () => {
    const text = fc.string({ unit: anyCharacter, maxLength: 30 }).map((value) => value.toWellFormed());
    const name = fc.string({ unit: fc.constantFrom(...'ab"\r\n;=\\é%'), minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(name, text, fc.uint8Array({ maxLength: 200 }), async (field, value, bytes) => {
        const form = new FormData();
        form.append('first', value);
        form.append(field, new File([bytes], `${field}.png`, { type: 'image/png\r\nx: y' }));
        form.append('last', 7);
        const { contentType, chunks, length } = form.encode();
        const body = Buffer.concat(chunks);
        expect(body.length).toBe(length);
        const parsed = await parse(contentType, body);
        expect(parsed.fields).toEqual([
          ['first', value.replace(/\r\n?|\n/g, '\r\n')],
          ['last', '7'],
        ]);
        expect(parsed.files.map((file) => [...file.bytes])).toEqual([[...bytes]]);
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
    );
  });
});
