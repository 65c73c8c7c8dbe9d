import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Complaint } from '#shared/contract/responses.ts';
import { type Person, type Service, sharedService } from '../support/harness.ts';
import { photoForm } from '../support/photo-form.ts';
import { makePicture } from '../support/pictures.ts';

let service: Service;
let user: Person;
beforeAll(async () => {
  service = await sharedService();
  user = await service.person();
});
afterAll(() => service.close());

const MIB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
const draft = { title: 'Pothole in Mill Lane', description: 'Deep enough to lose a wheel in.' };
const unknownKeys = (bytes: number) => `{${Array.from({ length: bytes / 12 }, (_, n) => `"k${1e5 + n}":1`).join()}}`;

describe('a large body', () => {
  it('is not parsed before the account is checked', async () => {
    const raw = unknownKeys(11_000_000);
    const gone = await service.person();
    expect((await gone.send('POST', '/logout', { json: {} })).status).toBe(204);
    expect((await gone.send('POST', '/complain', { raw, headers: JSON_TYPE })).problem(401).code).toBe('token_invalid');
    // The last brace makes this invalid JSON, which only a parser would notice.
    const broken = await gone.send('POST', '/complain', { raw: `${raw}}`, headers: JSON_TYPE });
    expect(broken.problem(401).code).toBe('token_invalid');
    expect((await service.send('POST', '/complain', { raw, headers: JSON_TYPE })).problem(401).code).toBe(
      'token_missing',
    );
  });

  it('that holds too many values is refused without being parsed', async () => {
    const raw = unknownKeys(11_000_000);
    const refused = await user.send('POST', '/complain', { raw, headers: JSON_TYPE });
    expect(refused.problem(413)).toMatchObject({ code: 'body_too_large', detail: expect.stringContaining('values') });
  });

  it('is refused by routes with a limit of 64 KiB, and the refusal names both sizes', async () => {
    const raw = JSON.stringify({ username: 'x'.repeat(70_000) });
    const refused = await service.send('POST', '/login', { raw, headers: JSON_TYPE });
    const detail = `The body has ${raw.length} bytes; at most 65536 are taken here.`;
    expect(refused.problem(413)).toMatchObject({ code: 'body_too_large', detail });
  });

  it('that is compressed is refused with advice', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    const refused = await service.send('POST', '/login', { raw: Buffer.from('1f8b0800', 'hex'), headers });
    const detail = 'Send the body as it is, without content-encoding; it says "gzip".';
    expect(refused.problem(415)).toMatchObject({ code: 'unsupported_media_type', detail });
  });

  it('of 20 kB of unknown names is answered with ten of them, and one of 61 kB with the limit of values', async () => {
    const refused = await service.send('POST', '/login', { raw: unknownKeys(20_000), headers: JSON_TYPE });
    expect(refused.problem(422).errors).toHaveLength(10);
    expect(refused.text.length).toBeLessThan(3_000);
    const crowded = await service.send('POST', '/login', { raw: unknownKeys(61_000), headers: JSON_TYPE });
    expect(crowded.problem(413).detail).toBe('The JSON of the body has more than 10000 values and signs.');
  });

  it('may have 20,000 escapes such as those of non-Latin text or of slashes in base64, and no more', async () => {
    const bodyOf = (escapes: number) => `{"title":"A lamp","description":"${'\\u00e9'.repeat(escapes)}"}`;
    const send = (raw: string) => user.send('POST', '/complain', { raw, headers: JSON_TYPE });
    expect((await send(bodyOf(4_000))).status).toBe(201);
    expect((await send(bodyOf(20_000))).problem(422).errors).toMatchObject([
      { field: 'description', code: 'too_long' },
    ]);
    const detail = 'The JSON of the body has more than 20000 escapes such as \\n or \\u00e9.';
    expect((await send(bodyOf(20_001))).problem(413)).toMatchObject({ code: 'body_too_large', detail });
    const slashes = `{"title":"A lamp","description":"Dark.","images":["${'A\\/'.repeat(30_000)}"]}`;
    expect((await send(slashes)).problem(415).code).toBe('unsupported_image');
  });
});

describe('a picture that is too large', () => {
  it('is refused in the same words and numbers as a file and as base64', async () => {
    const bytes = Buffer.concat([await makePicture('jpeg'), Buffer.alloc(8 * MIB)]);
    const asFile = (await user.send('POST', '/complain', { form: photoForm([bytes]) })).problem(413);
    const json = { ...draft, images: [bytes.toString('base64')] };
    const asText = (await user.send('POST', '/complain', { json })).problem(413);
    const message = 'This picture has 8.1 MiB; at most 3 MiB are accepted. Send it in a smaller size.';
    expect(asFile).toMatchObject({ code: 'image_too_large', errors: [{ field: 'image1', message }] });
    expect(asText).toMatchObject({ code: 'image_too_large', errors: [{ field: 'images.0', message }] });
  });
});

describe('a form', () => {
  const form = (fields: Record<string, string>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries({ ...draft, ...fields })) data.set(name, value);
    return data;
  };

  it('may have the spellings that browsers and form libraries send', async () => {
    const fields = {
      latitude: '4.85e-5',
      longitude: '2.3522219000000177',
      anonymous: 'on',
      category: '',
      location: '',
    };
    const answer = await user.send('POST', '/complain', { form: form(fields) });
    expect(answer.as(Complaint, 201)).toMatchObject({
      latitude: 0.0000485,
      longitude: 2.3522219,
      anonymous: true,
      category: null,
    });
  });

  it('counts a line end as one character, and stores it as JSON does', async () => {
    const description = `${'x\r\n'.repeat(1_999)}xx`;
    const sent = await Promise.all([
      user.send('POST', '/complain', { form: form({ description }) }),
      user.send('POST', '/complain', { json: { ...draft, description: description.replaceAll('\r\n', '\n') } }),
    ]);
    const [asForm, asJson] = sent.map((answer) => answer.as(Complaint, 201).description);
    expect(asForm).toBe(asJson);
    expect(asForm).toHaveLength(4_000);
  });

  it('whose picture is no file gets an error that says so', async () => {
    const refused = await user.send('POST', '/complain', { form: form({ image1: '[object Object]' }) });
    expect(refused.problem(422).errors).toMatchObject([
      { field: 'image1', message: 'must be a file, a part with a filename; the text "[object Object]" was sent' },
    ]);
  });
});

describe('the header TOKEN', () => {
  it.each([
    ['Bearer ', '', 'begins with the word Bearer'],
    ['"', '"', 'has quotes or brackets'],
    ['', ', x', 'holds more than the token'],
    ['TOKEN=', '', 'holds something that is no token'],
    ['%22', '%22', 'holds something that is no token'],
  ])('with %j before the token and %j behind it gets an error that names the fault', async (before, behind, what) => {
    const headers = { TOKEN: `${before}${user.token}${behind}` };
    const { code, detail } = (await service.send('GET', '/user', { headers })).problem(401);
    expect({ code, detail }).toMatchObject({ code: 'token_invalid', detail: expect.stringContaining(what) });
  });

  it.each(['undefined', 'null', '[object Object]'])('that says %s gets an error that says so', async (TOKEN) => {
    const { detail } = (await service.send('GET', '/user', { headers: { TOKEN } })).problem(401);
    expect(detail).toContain('the name of an empty variable');
  });

  it('is recommended when a bearer token comes in Authorization', async () => {
    const headers = { authorization: `Bearer ${user.token}` };
    const { code, detail } = (await service.send('GET', '/user', { headers })).problem(401);
    expect({ code, detail }).toMatchObject({ code: 'token_missing', detail: expect.stringContaining('Authorization') });
  });
});
