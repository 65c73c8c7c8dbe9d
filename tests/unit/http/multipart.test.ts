import { describe, expect, it } from 'vitest';
import { readMultipart } from '#shared/http/multipart.ts';
import { MULTIPART_LIMITS } from '#shared/http/multipart-limits.ts';
import { BOUNDARY, CONTENT_TYPE, field, file, form, part } from '../../support/multipart-bodies.ts';

const read = (...parts: Buffer[]) => readMultipart(form(...parts), CONTENT_TYPE);

describe('a form', () => {
  it('comes with its fields and files in order', async () => {
    const { fields, files } = await read(
      field('title', 'Pothole'),
      file('image1', 'a.jpg', 'first'),
      field('description', Buffer.from('Straße 😀\r\nline two')),
      file('image2', 'b.png', Buffer.from([0, 255, 13, 10, 45, 45])),
    );
    expect([...fields]).toEqual([
      ['title', 'Pothole'],
      ['description', 'Straße 😀\r\nline two'],
    ]);
    expect(files.map(({ name, filename, bytes }) => [name, filename, bytes.length])).toEqual([
      ['image1', 'a.jpg', 5],
      ['image2', 'b.png', 6],
    ]);
  });

  it('may be empty', async () => {
    expect(await read()).toEqual({ fields: new Map(), files: [] });
  });

  it('may hold empty fields', async () => {
    expect([...(await read(field('a', ''), field('b', ''))).fields]).toEqual([
      ['a', ''],
      ['b', ''],
    ]);
  });

  it('leaves out a file input that was left empty', async () => {
    expect((await read(file('image1', '', ''), field('a', 'x'), file('image1', 'a.jpg', 'x'))).files).toHaveLength(1);
  });

  it('keeps an empty file that has a name', async () => {
    expect((await read(file('image1', 'a.jpg', ''))).files).toEqual([
      { name: 'image1', filename: 'a.jpg', bytes: Buffer.alloc(0) },
    ]);
  });

  it('takes bytes without a filename for a file where their type says so', async () => {
    const typed = part(['Content-Disposition: form-data; name="image1"', 'Content-Type: image/jpeg'], '\xff\xd8\xff');
    expect((await read(typed)).files).toHaveLength(1);
  });

  it('brings files of any length byte by byte, the parser seeing the short ones only', async () => {
    const lengths = [-1, 0, 1, 500_000].map((more) => MULTIPART_LIMITS.fieldSize + more);
    const contents = lengths.map((length) => Buffer.alloc(length, `x--${BOUNDARY}\n\r`));
    const sent = contents.map((content, at) => file(`image${at}`, `${at}.jpg`, content));
    const { fields, files } = await read(field('a', 'before'), ...sent, field('z', 'after'));
    expect([...fields.values()]).toEqual(['before', 'after']);
    expect(files.map(({ name }) => name)).toEqual(['image0', 'image1', 'image2', 'image3']);
    expect(files.every(({ bytes }, at) => contents[at]?.equals(bytes))).toBe(true);
  });

  it.each(['../../etc/passwd', 'a\0b.jpg', 'a;b=c.jpg', '\u202egpj.exe', 'C:\\fakepath\\a.jpg', 'a\\', "a'%22.jpg"])(
    'does not mind the filename %j',
    async (filename) => {
      const sent = file('image1', Buffer.from(filename).toString('latin1'), 'x');
      expect((await read(sent)).files.map(({ name }) => name)).toEqual(['image1']);
    },
  );

  it('takes exactly the limits', async () => {
    const full = await read(
      field('title', 'x'.repeat(64 * 1024)),
      ...['image1', 'image2', 'image3'].map((name) => file(name, 'a', Buffer.alloc(3 * 1024 * 1024, 7))),
      ...Array.from({ length: 20 }, (_, index) => field(`f${index}`, '')),
    );
    expect(full.files.map(({ bytes }) => bytes.length)).toEqual(Array(3).fill(3 * 1024 * 1024));
    expect(full.fields.size).toBe(21);
  });

  it('is not copied: its files are views of the body', async () => {
    const body = form(file('image1', 'a.jpg', Buffer.alloc(2_000_000, 7)));
    const [image] = (await readMultipart(body, CONTENT_TYPE)).files;
    expect(image?.bytes.buffer).toBe(body.buffer);
  });

  it('names the field that is to blame', async () => {
    await expect(read(field('a', '1'), field('a', '2'))).rejects.toMatchObject({ code: 'duplicate_field', field: 'a' });
    const large = file('image2', 'a', Buffer.alloc(3 * 1024 * 1024 + 1));
    await expect(read(large)).rejects.toMatchObject({ code: 'file_too_large', field: 'image2' });
    await expect(read(field('b', '\xff'))).rejects.toMatchObject({ code: 'malformed', field: 'b' });
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="a" b',
    'multipart/form-data; boundary=a; boundary=a',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
    'multipart/form-data; boundary="a "',
    'multipart/mixed; boundary=a',
    'application/json',
    '',
  ])('needs a content type with one boundary, not %j', async (contentType) => {
    await expect(readMultipart(form(), contentType)).rejects.toMatchObject({ code: 'malformed' });
  });
});
