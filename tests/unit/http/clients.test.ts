import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IMAGE_FIELDS, NewComplaintForm, NewComplaintJson } from '#shared/contract/complaint-requests.ts';
import { parseFields } from '#shared/http/field-errors.ts';
import { parseForm } from '#shared/http/multipart.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { CLIENTS, encodeAs, type FormPart } from '../../support/multipart-dialects.ts';
import { fuzzRuns } from '../../support/seeded-random.ts';

const SPEC = { fields: NewComplaintForm, files: IMAGE_FIELDS };

/** Any text that a person may send: letters, line ends, blanks, other scripts; at least `min` characters. */
const words = (min: number) =>
  fc
    .string({ unit: fc.oneof(anyCharacter, fc.constantFrom('\r\n', '\n', '\r', ' ', 'ß', '漢', '🙂')), maxLength: 60 })
    .map((text) => `${'abc'.slice(0, min)}${text.toWellFormed()}`);
const coordinate = (most: number) => fc.double({ min: -most, max: most, noNaN: true });

const complaint = fc.record(
  {
    title: words(3),
    description: words(1),
    location: words(1),
    category: fc.constantFrom('roads', 'water'),
    anonymous: fc.boolean(),
    place: fc.record({ latitude: coordinate(90), longitude: coordinate(180) }),
  },
  { requiredKeys: ['title', 'description'] },
);
const picture = fc.record({
  filename: fc.string({ unit: anyCharacter, minLength: 1, maxLength: 30 }).map((name) => `a${name.toWellFormed()}.jpg`),
  type: fc.constantFrom('image/jpeg', 'image/png', 'image/webp', 'application/octet-stream'),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

describe.each(CLIENTS)('a form written by %s', (client) => {
  it('gives the same fields as JSON, and its pictures byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(complaint, fc.array(picture, { maxLength: 3 }), async ({ place, ...texts }, pictures) => {
        const sent = { ...texts, ...place };
        const parts: FormPart[] = [
          ...Object.entries(sent).map(([name, value]) => ({ name, text: String(value) })),
          ...pictures.map((file, at) => ({ name: IMAGE_FIELDS[at] ?? 'image1', ...file })),
        ];
        const { body, contentType } = encodeAs(client, parts);
        const asJson = await parseFields(NewComplaintJson, sent).catch((error: unknown) => error);
        const asForm = await parseForm(body, contentType, SPEC).catch((error: unknown) => error);
        if (asJson instanceof Error) {
          expect(asForm).toEqual(asJson);
          return;
        }
        expect(asForm).toMatchObject({ value: asJson });
        const { files } = asForm as Awaited<ReturnType<typeof parseForm>>;
        expect(files.map(({ bytes }) => Buffer.from(bytes))).toEqual(pictures.map(({ bytes }) => bytes));
      }),
      { numRuns: fuzzRuns(60) },
    );
  });
});

it('fetch writes a form with the same fields and pictures', async () => {
  await fc.assert(
    fc.asyncProperty(complaint, fc.array(picture, { maxLength: 3 }), async ({ place, ...texts }, pictures) => {
      const sent = { ...texts, ...place };
      const form = new FormData();
      for (const [name, value] of Object.entries(sent)) form.set(name, String(value));
      for (const [at, { filename, type, bytes }] of pictures.entries()) {
        form.set(IMAGE_FIELDS[at] ?? 'image1', new Blob([new Uint8Array(bytes)], { type }), filename);
      }
      const encoded = new Response(form);
      const body = new Uint8Array(await encoded.arrayBuffer());
      const asForm = await parseForm(body, encoded.headers.get('content-type') ?? '', SPEC).catch((error) => error);
      const asJson = await parseFields(NewComplaintJson, sent).catch((error: unknown) => error);
      if (asJson instanceof Error) expect(asForm).toEqual(asJson);
      else expect(asForm).toMatchObject({ value: asJson, files: pictures.map(({ bytes }) => ({ bytes })) });
    }),
    { numRuns: fuzzRuns(100) },
  );
});
