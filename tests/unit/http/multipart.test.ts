import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { IMAGE_FIELDS } from '#shared/contract/complaint-requests.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { type FormPart, parseForm, readParts } from '#shared/http/multipart.ts';
import { attackBodies } from '../../support/multipart-attacks.ts';
import {
  BOUNDARY,
  CONTENT_TYPE,
  type EncodedForm,
  field,
  file,
  form,
  hostileBodies,
  part,
} from '../../support/multipart-bodies.ts';
import { fuzzRuns, fuzzTimeout } from '../../support/seeded-random.ts';

const SPEC = {
  fields: z.strictObject({
    title: z.optional(z.string().check(z.maxLength(4_000))),
    description: z.optional(z.string()),
    anonymous: z.optional(z.boolean()),
  }),
  files: IMAGE_FIELDS,
};

const read = (...parts: Buffer[]) => parseForm(form(...parts), CONTENT_TYPE, SPEC);

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof Refusal) return outcome;
  throw outcome instanceof Error ? outcome : new Error('it was accepted');
}

describe('a form', () => {
  it('gives its texts unchanged and its files byte for byte, in the order in which file fields are declared', async () => {
    const pixels = Buffer.from([0, 255, 13, 10, 45, 45]);
    const { value, files } = await read(
      file('image2', 'b.png', pixels),
      field('title', 'Pothole'),
      file('image1', 'a.jpg', 'first'),
      field('description', Buffer.from('Straße 😀\r\nline two')),
    );
    expect(value).toEqual({ title: 'Pothole', description: 'Straße 😀\r\nline two' });
    expect(files.map(({ field: name, filename, bytes }) => [name, filename, Buffer.from(bytes)])).toEqual([
      ['image1', 'a.jpg', Buffer.from('first')],
      ['image2', 'b.png', pixels],
    ]);
  });

  it('may be empty', async () => {
    expect(await read()).toEqual({ value: {}, files: [] });
  });

  it('leaves out empty texts and file inputs, and keeps an empty file that has a name', async () => {
    const { value, files } = await read(
      field('title', ''),
      field('anonymous', ''),
      field('image3', ''),
      file('image1', '', ''),
      file('image2', 'a.jpg', ''),
    );
    expect(value).toEqual({});
    expect(files).toEqual([{ field: 'image2', filename: 'a.jpg', bytes: Buffer.alloc(0) }]);
  });

  it('treats bytes without a filename as a file when they have a media type', async () => {
    const typed = part(['Content-Disposition: form-data; name="image1"', 'Content-Type: image/jpeg'], '\xff\xd8\xff');
    expect((await read(typed)).files).toHaveLength(1);
  });

  it('is not copied: its files are views of the body', async () => {
    const body = form(
      ...IMAGE_FIELDS.map((name) => file(name, 'a.jpg', Buffer.alloc(3_000_000, `x--${BOUNDARY}\n\r`))),
    );
    const parts = await readParts(body, CONTENT_TYPE);
    expect(parts.map(({ bytes }) => bytes.length)).toEqual([3_000_000, 3_000_000, 3_000_000]);
    for (const { bytes } of parts) expect(bytes.buffer).toBe(body.buffer);
  });

  it.each(['../../etc/passwd', 'a\0b.jpg', 'a;b=c.jpg', '\u202egpj.exe', 'C:\\fakepath\\a.jpg', 'a\\', "a'%22.jpg"])(
    'accepts the filename %j',
    async (filename) => {
      const sent = file('image1', Buffer.from(filename).toString('latin1'), 'x');
      expect((await read(sent)).files.map(({ field: name }) => name)).toEqual(['image1']);
    },
  );

  it.each([
    `multipart/form-data; boundary=${BOUNDARY};`,
    `multipart/form-data; boundary="${BOUNDARY}"; charset=utf-8`,
    `multipart/form-data; charset=utf-8; boundary=${BOUNDARY} ; `,
    `Multipart/Form-Data;Boundary=${BOUNDARY}`,
  ])('may state its boundary as %j', async (contentType) => {
    expect((await parseForm(form(field('title', 'x')), contentType, SPEC)).value).toEqual({ title: 'x' });
  });

  it.each([
    'form-data; name="title";',
    'form-data; name="title"; ',
    'form-data; ; name=title',
    'form-data;name="title"',
  ])('may name a part as %j', async (disposition) => {
    expect((await read(part([`Content-Disposition: ${disposition}`], 'x'))).value).toEqual({ title: 'x' });
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=a; boundary=a',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
    'multipart/form-data; boundary="a "',
  ])('needs a content type with one boundary, not %j', async (contentType) => {
    const refusal = await refusalOf(parseForm(form(), contentType, SPEC));
    expect(refusal).toMatchObject({
      code: 'malformed_form',
      message: expect.stringContaining('names no usable boundary. Leave the header Content-Type to your HTTP library'),
    });
  });

  it.each([
    ['LF for its line ends', Buffer.from(form(field('title', 'x')).toString().replaceAll('\r', '')), 'end in CRLF'],
    [
      'an encoding of its own',
      form(part(['Content-Disposition: form-data; name="title"', 'Content-Transfer-Encoding: base64'], 'eA==')),
      '"title" is in the encoding "base64"; send it as it is',
    ],
    [
      'quoted-printable',
      form(
        part(['Content-Disposition: form-data; name="title"', 'Content-Transfer-Encoding: quoted-printable'], '=41'),
      ),
      '"title" is in the encoding "quoted-printable"',
    ],
    [
      'another disposition',
      form(part(['Content-Disposition: attachment; name="title"'], 'x')),
      'each needs Content-Disposition: form-data with a name',
    ],
    ['Latin-1', form(field('title', Buffer.from('Stra\xdfe', 'latin1'))), '"title" is not text in UTF-8'],
  ])('that cannot be read gets an error that says why: %s', async (_what, body, told) => {
    const refusal = await refusalOf(parseForm(body, CONTENT_TYPE, SPEC));
    expect(refusal.code).toBe('malformed_form');
    expect(refusal.message).toContain(told);
  });

  it.each([
    `form-data; name="image1"; filename*=UTF-8''a%20b.jpg`,
    `form-data; name="image1"; filename="x.jpg"; filename*=utf-8''%e2%82%ac.jpg`,
    'form-data; name="image1"; filename*0="a"; filename*1="b.jpg"',
    'FORM-DATA; NAME=image1; FILENAME=my photo.jpg',
    'form-data;\r\n name="image1";\r\n filename="a\\"b.jpg"',
  ])('may name a file as %j', async (disposition) => {
    expect((await read(part([`Content-Disposition: ${disposition}`], 'x'))).files).toMatchObject([{ field: 'image1' }]);
  });
});

describe('a part in the wrong place', () => {
  const rightFiles = 'its files are: image1, image2, image3';
  it.each([
    ['a picture as text', field('image1', '[object Object]'), 'image1', /must be a file.*"\[object Object\]" was sent/],
    [
      'a picture without a filename and a type',
      field('image1', Buffer.from([0xff, 0xd8, 0xff])),
      'image1',
      /must be a file, a part with a filename; 3 bytes without one were sent/,
    ],
    ['a file field of another name', file('photo', 'a.jpg', 'x'), 'photo', new RegExp(rightFiles)],
    ['a file field with brackets', file('images[]', 'a.jpg', 'x'), 'images[]', new RegExp(rightFiles)],
    ['a text as a file', file('title', 'blob', 'x'), 'title', /must be text; a file was sent/],
    [
      'a text of another name',
      field('titel', 'x'),
      'titel',
      /its fields are: title, description, anonymous, image1, image2, image3/,
    ],
    ['a name that could break a line', field('a\x07b', 'x'), 'a\\u{7}b', /is not a field/],
    ['a text twice', Buffer.concat([]), 'title', /was sent twice; send it once/],
  ])('is refused by name: %s', async (what, sent, name, message) => {
    const parts = what === 'a text twice' ? [field('title', 'a'), field('title', 'b')] : [sent];
    const refusal = await refusalOf(read(...parts));
    expect(refusal.code).toBe('invalid_fields');
    expect(refusal.errors).toMatchObject([{ field: name, message: expect.stringMatching(message) }]);
  });
});

describe('attacks on a form', () => {
  it.each(attackBodies().map((attack) => [attack.what, attack] as const))('are refused: %s', async (_what, attack) => {
    const refusal = await refusalOf(parseForm(attack.body, attack.contentType, SPEC));
    expect(refusal.code, refusal.message).toBe(attack.code);
  });
});

/** The number of parts, counted by their delimiters without a parser. */
function partsBetween({ body, contentType }: EncodedForm): number {
  const boundary = /boundary="?([^";]*)"?$/.exec(contentType)?.[1] ?? BOUNDARY;
  return `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`).length - 2;
}

describe('hostile bodies', () => {
  it('are read completely or refused', { timeout: fuzzTimeout(2) }, async () => {
    let accepted = 0;
    for (const sent of hostileBodies(fuzzRuns(6_000), 20_260_103)) {
      let parts: FormPart[];
      try {
        parts = await readParts(sent.body, sent.contentType);
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
        continue;
      }
      accepted += 1;
      expect(parts).toHaveLength(partsBetween(sent));
      // Each part lies between its header and a delimiter, so nothing was cut off or joined.
      for (const { bytes } of parts) {
        const at = bytes.byteOffset - sent.body.byteOffset;
        if (bytes.length === 0) continue;
        expect(sent.body.toString('latin1', at - 4, at)).toBe('\r\n\r\n');
        expect(sent.body.toString('latin1', at + bytes.length, at + bytes.length + 4)).toBe('\r\n--');
      }
    }
    expect(accepted).toBeGreaterThan(100);
  });

  it('give only declared fields, or a refusal', { timeout: fuzzTimeout(2) }, async () => {
    for (const sent of hostileBodies(fuzzRuns(2_000), 20_260_105)) {
      const outcome = await parseForm(sent.body, sent.contentType, SPEC).catch((error: unknown) => error);
      if (outcome instanceof Refusal) continue;
      expect(outcome).toMatchObject({ value: expect.anything(), files: expect.anything() });
    }
  });
});
