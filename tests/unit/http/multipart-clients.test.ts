import { compileFunction } from 'node:vm';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MultipartForm, readMultipart } from '#shared/http/multipart.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { BOUNDARY, CONTENT_TYPE, field, file, form, latin1, part } from '../../support/multipart-bodies.ts';
import { fuzzRuns } from '../../support/seeded-random.ts';

describe('forms as real clients write them', () => {
  const seen = ({ fields, files }: MultipartForm) => ({
    title: fields.get('title'),
    image: files[0] && Buffer.from(files[0].bytes).toString(),
  });
  const written = (head: string[], image: string[]) => form(part(head, 'x'), part(image, 'bytes'));

  it.each([
    [
      'curl',
      ['Content-Disposition: form-data; name="title"'],
      ['Content-Disposition: form-data; name="image1"; filename="a.jpg"', 'Content-Type: image/jpeg'],
    ],
    [
      '.NET',
      ['Content-Type: text/plain; charset=utf-8', 'Content-Disposition: form-data; name=title'],
      ["Content-Disposition: form-data; name=image1; filename=a.jpg; filename*=utf-8''a.jpg"],
    ],
    [
      'Apache',
      [
        'Content-Disposition: form-data; name="title"',
        'Content-Type: text/plain; charset=ISO-8859-1',
        'Content-Transfer-Encoding: 8bit',
      ],
      [
        'Content-Disposition: form-data; name="image1"; filename="a.jpg"',
        'Content-Type: application/octet-stream',
        'Content-Transfer-Encoding: binary',
      ],
    ],
    [
      'okhttp',
      ['Content-Disposition: form-data; name="title"', 'Content-Length: 1'],
      [
        'Content-Disposition: form-data; name="image1"; filename="a.jpg"',
        'Content-Type: image/jpeg',
        'Content-Length: 5',
      ],
    ],
    [
      'Dart',
      ['content-disposition: form-data; name="title"'],
      ['content-type: application/octet-stream', 'content-disposition: form-data; name="image1"; filename="a.jpg"'],
    ],
  ])('%s', async (_client, head, image) => {
    expect(seen(await readMultipart(written(head, image), CONTENT_TYPE))).toEqual({
      title: 'x',
      image: 'bytes',
    });
  });

  it('with a line break before the first boundary and none after the last', async () => {
    const body = Buffer.concat([latin1('\r\n'), form(field('title', 'x')).subarray(0, -2)]);
    expect((await readMultipart(body, `multipart/form-data;boundary="${BOUNDARY}"`)).fields.get('title')).toBe('x');
  });

  it('fetch, whatever the texts, bytes and filenames', async () => {
    const text = fc
      .string({ unit: anyCharacter, maxLength: 200 })
      .map((value) => value.replace(/\r\n?|\n/g, '\r\n').toWellFormed());
    const bytes = fc.uint8Array({ maxLength: 500 });
    const sent = fc.record({ title: text, description: text, image1: bytes, filename: text });
    await fc.assert(
      fc.asyncProperty(sent, async ({ title, description, image1, filename }) => {
        const data = new FormData();
        data.set('title', title);
        data.set('image1', new Blob([image1]), `a${filename}`);
        data.set('description', description);
        const response = new Response(data);
        const body = new Uint8Array(await response.arrayBuffer());
        const { fields, files } = await readMultipart(body, response.headers.get('content-type') ?? '');
        expect([...fields]).toEqual([
          ['title', title],
          ['description', description],
        ]);
        expect(files.map((each) => [...each.bytes])).toEqual([[...image1]]);
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});

describe('the form reader in a bundle', () => {
  it('is one CommonJS file that loads it only when a form comes', async () => {
    const entry = `export const read = async (body, type) => (await import('./shared/http/multipart.ts')).readMultipart(body, type);`;
    const bundled = await build({
      stdin: { contents: entry, resolveDir: process.cwd() },
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
      minify: true,
    });
    const exported: { exports: { read?: typeof readMultipart } } = { exports: {} };
    const required: string[] = [];
    const builtins = (name: string) => {
      required.push(name);
      return process.getBuiltinModule(name);
    };
    compileFunction(bundled.outputFiles[0]?.text ?? '', ['module', 'require'])(exported, builtins);
    expect(required).toEqual([]);
    const read = await exported.exports.read?.(form(field('title', 'x'), file('image1', 'a', 'y')), CONTENT_TYPE);
    expect([read?.fields.get('title'), read?.files.length]).toEqual(['x', 1]);
    expect(bundled.outputFiles[0]?.contents.length).toBeLessThan(64 * 1024);
  });
});
