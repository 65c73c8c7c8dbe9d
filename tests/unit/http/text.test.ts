import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { Latitude, Longitude, Phone, Title } from '#shared/contract/fields.ts';
import { cleanText, endTime, fromText, numberFromText, point, startTime, text } from '#shared/contract/text.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { withEnvironment } from '../../support/environment.ts';

const take = <T>(schema: z.ZodMiniType<T>, value: unknown) => z.safeParseAsync(schema, value);

async function messageOf(schema: z.ZodMiniType, value: unknown): Promise<string> {
  const result = await take(schema, value);
  return result.success ? `taken as ${JSON.stringify(result.data)}` : (result.error.issues[0]?.message ?? '');
}

describe('a number as text', () => {
  it('may be any finite number as JSON writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberFromText(JSON.stringify(value))).toBe(value + 0);
      }),
    );
  });

  it.each([
    ['4.85e-5', 0.0000485],
    ['2.3522219000000177', 2.3522219000000177],
    ['+7', 7],
    ['-0.5', -0.5],
    [' 12 ', 12],
  ])('is read from %j', (raw, value) => expect(numberFromText(raw)).toBe(value));

  it.each(['', ' ', '1,5', '1e999', '0x10', '1_000', '007', '.5', '5.', 'NaN', 'Infinity', '1 2', '١'])(
    'is not read from %j',
    (raw) => expect(numberFromText(raw)).toBeUndefined(),
  );

  it('is converted where the field takes a number, and otherwise stays a text', () => {
    expect(fromText(z.optional(z.nullable(Latitude)), '52.5', 'form')).toBe(52.5);
    expect(fromText(z.string(), '52.5', 'query')).toBe('52.5');
    expect(fromText(z.int(), '17', 'query')).toBe(17);
    for (const text of ['17.0', '17.00']) expect(fromText(z.int(), text, 'query')).toBe(17);
    for (const text of ['x', '1e3', ' 1', '+1', '1.5', '1.', '07', '0x10', '1_000', '١٢', '１２', '']) {
      expect(fromText(z.int(), text, 'query')).toBe(text);
    }
  });
});

it('rounds coordinates to seven decimals', async () => {
  expect(await take(Longitude, 2.3522219000000177)).toMatchObject({ data: 2.3522219 });
  expect(await take(Latitude, -1e-9)).toMatchObject({ data: 0 });
  expect((await take(Latitude, 90.00000001)).success).toBe(false);
});

describe('a truth value as text', () => {
  it.each([
    ['true', true, true],
    ['TRUE', true, true],
    [' true\r\n', true, true],
    ['false', false, false],
    ['on', 'on', true],
    ['1', '1', true],
    ['off', 'off', false],
    ['0', '0', false],
    ['yes', 'yes', 'yes'],
    ['null', 'null', 'null'],
    ['', '', ''],
  ])('%j is %j in a query and %j in a form', (raw, inQuery, inForm) => {
    expect(fromText(z.optional(z.boolean()), raw, 'query')).toBe(inQuery);
    expect(fromText(z.optional(z.boolean()), raw, 'form')).toBe(inForm);
  });
});

describe('a time', () => {
  const at = async (schema: z.ZodMiniType<Date>, raw: string) => (await take(schema, raw)).data?.toISOString();

  it.each([
    ['2026-11-26T10:00:00.123456Z', '2026-11-26T10:00:00.123Z'],
    ['2026-11-26T10:00:00.1234567Z', '2026-11-26T10:00:00.123Z'],
    ['2026-11-26T10:00:00.123456789+01:00', '2026-11-26T09:00:00.123Z'],
    ['2026-11-26T10:00:00,5Z', '2026-11-26T10:00:00.500Z'],
    ['2026-11-26T10:00Z', '2026-11-26T10:00:00.000Z'],
    ['2026-11-26t10:00:00z', '2026-11-26T10:00:00.000Z'],
    ['2026-11-26 10:00:00+0100', '2026-11-26T09:00:00.000Z'],
    // An unencoded plus in a query is decoded as a space.
    ['2026-11-26T10:00:00 01:00', '2026-11-26T09:00:00.000Z'],
    ['2026-11-26T10:00:00+01', '2026-11-26T09:00:00.000Z'],
    ['2026-11-26T10:00:00\u221201:00', '2026-11-26T11:00:00.000Z'],
    ['2026-11-26T10:00:00+14:00', '2026-11-25T20:00:00.000Z'],
    ['2026-11-26T24:00:00Z', '2026-11-27T00:00:00.000Z'],
    // A leap second counts as the second before it.
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['2017-01-01T00:59:60.5+01:00', '2016-12-31T23:59:59.500Z'],
    ['2026-11-26', '2026-11-26T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%j is understood', async (raw, time) => expect(await at(startTime, raw)).toBe(time));

  it('includes the whole day as an end, and stays the same when it has a time of day', async () => {
    expect(await at(endTime, '2026-11-26')).toBe('2026-11-27T00:00:00.000Z');
    expect(await at(endTime, '2026-11-26T10:00:00Z')).toBe('2026-11-26T10:00:00.000Z');
  });

  it.each([
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-11-26T24:01:00Z',
    '2026-11-26T10:61:00Z',
    '2026-11-26T10:60Z',
    '2026-11-26T10:00:60Z',
    '2026-11-26T10:00:61Z',
    '2026-11-26T10:00:00+24:00',
  ])('%j does not exist', async (raw) =>
    expect(await messageOf(startTime, raw)).toBe('must be a date and time that exist'),
  );

  it.each([
    '',
    'tomorrow',
    '26.11.2026',
    '2026-11-26T10:00:00',
    '1732615200',
    '0026-11-26',
    '0000-01-01',
    '2026-W48-4',
    '2026-330',
    '20261126',
    '2026-11-26T10:00:00.1234567890Z',
    '2026-11-26T10:00:00+01:00[Europe/Berlin]',
  ])('%j is refused', async (raw) => expect(await messageOf(startTime, raw)).toMatch(/^must be an ISO 8601 date/));
});

describe('a point', () => {
  it.each(['52.52,13.405', ' 52.52 , 13.405 '])('%j is accepted', async (raw) =>
    expect(await take(point, raw)).toMatchObject({ data: { latitude: 52.52, longitude: 13.405 } }),
  );

  it.each(['', ',', '52.52', '52.52,', '52,52,13,4', '91,0', '0,181', 'NaN,0', '52.52;13.4'])(
    '%j is refused',
    async (raw) => expect(await messageOf(point, raw)).toMatch(/^must be latitude,longitude/),
  );
});

describe('a text', () => {
  it.each([
    '{"method":"increment","values":[1]}',
    ' {"method":"stringConcat","values":["x"]}\n',
    '{"m\\u0065thod":"toggle"}',
    '{"note":"hi",\r\n"method":"dateSetNow"}',
  ])('that Appwrite would compute instead of store is refused: %j', async (raw) =>
    expect(await messageOf(Title, raw)).toBe('must not be a JSON object whose method is an operator of Appwrite'),
  );

  it.each([
    '{"method":"equal","values":[1]}',
    '{"method":["increment"]}',
    '{"Method":"increment"}',
    '[{"method":"increment"}]',
    'See {"method":"increment"}',
    '{"method":"increment"',
    '{"data":{"method":"increment"}}',
  ])('that Appwrite stores unchanged is accepted: %j', async (raw) =>
    expect(await take(Title, raw)).toMatchObject({ data: raw }),
  );

  it('gets uniform line ends before it is counted', async () => {
    const lines = `${'x\r\n'.repeat(1_999)}xx`;
    expect(await take(text(1, 4_000), lines)).toMatchObject({ data: `${'x\n'.repeat(1_999)}xx` });
    expect(await take(text(1, 20), 'a\rb\u2028c\u2029d\ve\ff')).toMatchObject({ data: 'a\nb\nc\nd\ne\nf' });
  });

  it('is counted in characters, not in UTF-16 units', async () => {
    expect((await take(text(1, 120), '🙂'.repeat(120))).success).toBe(true);
    expect((await take(text(1, 120), '🙂'.repeat(121))).success).toBe(false);
  });

  it.each(['漏水', 'ゴミ', '소음', '漏 水'])(
    'in Chinese, Japanese or Korean may have only two characters: %s',
    async (title) => expect((await take(Title, title)).success).toBe(true),
  );

  it.each(['水', 'No', 'é!'])('is too short as %s', async (title) =>
    expect((await take(Title, title)).success).toBe(false),
  );

  it('loses direction overrides and byte order marks, and keeps joiners and variation selectors', async () => {
    expect(cleanText('\ufeff\u202agpj\u202e.exe\u2069')).toBe('gpj.exe');
    const kept =
      '👩‍🚒 👨‍👩‍👧‍👦 🏳️‍🌈 👋🏽 🇩🇪 1️⃣ 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} ❤️ क्‍ष می‌خواهم नमस्ते‌';
    expect(cleanText(kept)).toBe(kept);
    expect((await take(text(1, 200), kept)).data).toBe(kept);
  });

  it.each([
    '\u200b\u200b\u200b',
    '\u3164\u3164\u3164',
    '\u2060\u2060\u2060',
    '\u2800\u2800\u2800',
    '\u00ad\u00ad\u00ad',
    '\ufe0f\ufe0f\ufe0f',
    '\u115f\u1160\uffa0',
    '\u0301\u0301\u0301',
    '\u{e0041}\u{e0042}\u{e0043}',
    '\u200e\u061c\u180e',
  ])('of %j is refused as invisible', async (value) =>
    expect(await messageOf(Title, value)).toBe('must hold a character that can be seen'),
  );

  it.each([
    ['a\u009bb', 'U+009B'],
    ['a\u0000b', 'U+0000'],
    ['a\u0085b', 'U+0085'],
    ['a\u007fb', 'U+007F'],
    ['\u001b[31mred', 'U+001B'],
  ])('must not contain the control character of %j', async (value, name) =>
    expect(await messageOf(Title, value)).toBe(`must not hold the control character ${name}`),
  );

  it('must be well formed', async () => expect(await messageOf(Title, 'abc\ud800')).toMatch(/well-formed/));

  it('that was accepted is accepted again unchanged', async () => {
    const schema = text(1, 100);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: anyCharacter, maxLength: 60 }), async (raw) => {
        const first = await take(schema, raw);
        if (!first.success) return;
        expect(first.data).toMatch(/[^\s]/u);
        expect(await take(schema, first.data)).toMatchObject({ data: first.data });
      }),
    );
  });

  it('of millions of characters is refused before it is scanned', async () => {
    const result = await take(Title, 'x'.repeat(11_000_000));
    expect(result.error?.issues).toMatchObject([{ code: 'too_big', maximum: 120 }]);
  });
});

describe('a phone number', () => {
  it.each([
    ['+49 170 1234567', '+491701234567'],
    ['\u202a+49 170 1234567\u202c', '+491701234567'],
    ['+49\u00a0170\u00a01234567', '+491701234567'],
    ['+49\u2011170\u20101234567', '+491701234567'],
    ['+49 (170) 123-45.67', '+491701234567'],
    ['+49 (0)170 1234567', '+491701234567'],
    ['tel:+49-170-1234567', '+491701234567'],
    ['+49/170/1234567\u200e', '+491701234567'],
    ['＋49１７０1234567', '+491701234567'],
    ['+٤٩ ١٧٠ ١٢٣٤٥٦٧', '+491701234567'],
    ['\u200f+۴۹ ۱۷۰ ۱۲۳۴۵۶۷\u200f', '+491701234567'],
    ['+49\u2212170\u22121234567', '+491701234567'],
    ['+49 0170 1234567', '+491701234567'],
    ['+44 07911 123456', '+447911123456'],
    ['+39 06 1234 5678', '+390612345678'],
    ['+47 01234567', '+4701234567'],
  ])('%j is kept as %s', async (raw, number) => expect(await take(Phone, raw)).toMatchObject({ data: number }));

  it.each([
    ['DE', '0170 1234567', '+491701234567'],
    ['de', '0170-123\u00a045\u202d67', '+491701234567'],
    ['US', '(415) 555-2671', '+14155552671'],
    ['IT', '02 1234 5678', '+390212345678'],
    ['NL', '0031 6 12345678', '+31612345678'],
  ])('without a country gets the default country: %s %j', async (country, raw, number) => {
    const taken = await withEnvironment({ DEFAULT_COUNTRY: country }, () => take(Phone, raw));
    expect(taken).toMatchObject({ data: number });
  });

  it.each([
    '0170 1234567',
    '110',
    'call me',
    '+0170123',
    '+49',
    '',
    '++491701234567',
    '+49170123456789012',
    '+49 170 1234567 ext. 12',
    '+49 170 1234567;ext=12',
    '+1-800-FLOWERS',
  ])('%j is refused without a default country', async (raw) =>
    expect(await messageOf(Phone, raw)).toBe('must be an international number such as +49 170 1234567'),
  );

  it('that is invalid in the default country gets an error that names the country', async () => {
    const messages = withEnvironment({ DEFAULT_COUNTRY: 'DE' }, async () => [
      await messageOf(Phone, '12'),
      await messageOf(Phone, '123'),
    ]);
    expect(await messages).toEqual([
      expect.stringMatching(/^must be an international number/),
      expect.stringMatching(/^must be a number of DE, or an international number/),
    ]);
  });
});
