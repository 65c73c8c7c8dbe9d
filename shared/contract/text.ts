import * as z from 'zod/mini';
import { readDefaultCountry } from '#shared/config.ts';
import { DAY } from '#shared/domain/clock.ts';
import { withAsciiDigits } from '#shared/domain/words.ts';
import { innermost } from './schema.ts';

/**
 * The only conversion of text to values. Queries and forms contain only text; `fromText` converts it to the JSON type
 * of its field, so that one schema checks queries, forms and JSON. The schemas below define the allowed texts.
 */

/** A JSON number, also with a plus in front: `52.52`, `4.85e-5`, `+7`. */
const NUMBER = /^[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
/** A whole number, also as Dart, Kotlin and Swift write it if it is a double: `485.0`. */
const WHOLE = /^-?(0|[1-9]\d{0,14})(\.0+)?$/;
const BOOLEANS = new Map([
  ['true', true],
  ['false', false],
]);
/** Browsers send `on` for a checkbox, and many form libraries 1 and 0. */
const FORM_BOOLEANS = new Map([...BOOLEANS, ['on', true], ['1', true], ['off', false], ['0', false]]);

/** Parses a finite number; undefined for other texts. */
export function numberFromText(text: string): number | undefined {
  const value = NUMBER.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** The distinct, trimmed entries of a comma list. */
function listFromText(text: string): string[] {
  return [...new Set(text.split(',').map((entry) => entry.trim()))];
}

/** Whether a field takes a list, written with commas in a query or a form. */
export const takesList = (schema: z.core.$ZodType): boolean => innermost(schema).type === 'array';

/**
 * Converts a text of a query or form to the type of its field. A text that cannot be converted is returned unchanged,
 * and the schema refuses it.
 */
export function fromText(schema: z.core.$ZodType, text: string, source: 'query' | 'form'): unknown {
  const def = innermost(schema);
  switch (def.type) {
    case 'number':
      if ('format' in def) return WHOLE.test(text) ? Number(text) : text;
      return numberFromText(text) ?? text;
    case 'boolean':
      return (source === 'form' ? FORM_BOOLEANS : BOOLEANS).get(text.trim().toLowerCase()) ?? text;
    case 'array':
      return listFromText(text).map((entry) => fromText(def.element, entry, source));
    default:
      return text;
  }
}

/** Bidirectional overrides and isolates, and byte order marks: never intended, and they can reverse a line. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
/** Matches a visible character. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}\p{M}\u2800\u{1d159}]/u;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/**
 * Cleans a text for storage: trimmed, uniform line ends, no direction overrides. Vertical tabs and form feeds, which
 * come from word processors, become line ends.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|[\v\f\u2028\u2029]/g, '\n')
    .replace(DIRECTIONS, '')
    .trim();
}

/**
 * The operators of Appwrite (1.9.6: `Operator::TYPES` of utopia-php/database 6.0.0). Every update, upsert and commit
 * computes a text that is a JSON object with such a `method` instead of storing it (corpus rows-228), so it is refused.
 */
const OPERATORS = new Set(
  `increment decrement multiply divide modulo power stringConcat stringReplace arrayAppend arrayPrepend arrayInsert
   arrayRemove arrayUnique arrayIntersect arrayDiff arrayFilter toggle dateAddDays dateSubDays dateSetNow`.split(/\s+/),
);

function isOperator(text: string): boolean {
  if (!text.startsWith('{') || !text.endsWith('}')) return false;
  try {
    return OPERATORS.has(JSON.parse(text).method);
  } catch {
    return false;
  }
}

const codePoints = (text: string) => [...text].length;
const hexOf = (character: string) =>
  `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '0000'}`;

/** The zod issue of a cleaned text; undefined if it is valid. */
function faultOf(value: string, min: number, max: number) {
  const custom = (message: string) => ({ code: 'custom' as const, message, params: { field: 'invalid_format' } });
  if (!value.isWellFormed()) return custom('must be well-formed Unicode text');
  const control = CONTROL.exec(value)?.[0];
  if (isOperator(value)) return custom('must not be a JSON object whose method is an operator of Appwrite');
  if (control !== undefined) return custom(`must not hold the control character ${hexOf(control)}`);
  const length = codePoints(value);
  const origin = 'string' as const;
  if (length > max) return { code: 'too_big' as const, origin, maximum: max };
  const cjk = value.match(CJK)?.length ?? 0;
  if (length + cjk < min) return { code: 'too_small' as const, origin, minimum: min };
  return VISIBLE.test(value) ? undefined : custom('must hold a character that can be seen');
}

/**
 * A text of `min` to `max` code points after cleaning; for the minimum a Chinese, Japanese or Korean character counts
 * two. It needs a visible character and must not be an operator of Appwrite.
 */
export function text(min: number, max: number) {
  return z.string().check(
    // Refuses a far too long text before cleaning, which would take long and could not shorten it enough.
    z.check((context) => {
      const { value } = context;
      if (value.length <= 4 * max + 1_000) return;
      context.issues.push({ code: 'too_big', origin: 'string', maximum: max, input: value, continue: false });
    }),
    z.overwrite(cleanText),
    z.check((context) => {
      const issue = faultOf(context.value, min, max);
      if (issue) context.issues.push({ ...issue, input: context.value });
    }),
    z.meta({ minLength: Math.ceil(min / 2), maxLength: max }),
  );
}

/** Rounds to seven decimals, about a centimetre; never returns minus zero. */
const toSevenDecimals = (value: number) => Math.round(value * 1e7) / 1e7 + 0;

export const whole = (min: number, max: number) => z.int('must be a whole number').check(z.gte(min), z.lte(max));

/** Degrees from minus to plus `most`, kept to seven decimals. */
export function degrees(most: number) {
  return z.pipe(
    z.number('must be a number such as 52.52').check(z.gte(-most), z.lte(most)),
    z.transform(toSevenDecimals),
  );
}

const TIME =
  /^((?:19|2\d)\d\d-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)([Zz]|[+ \u2212-]\d\d(?::?\d\d)?))?$/;
const LEAP_SECOND = /^(\d\d:\d\d):60/;

const TIME_RULE =
  'must be an ISO 8601 date from 1900 to 2999 such as 2026-11-26, or a time with its zone such as 2026-11-26T10:00:00Z';

/**
 * Normalizes `+01`, `+0100` and `+01:00`. U+2212 counts as a minus, and a space as a plus that was not percent-encoded
 * in a query.
 */
function zoneOf(zone: string): string {
  const [, sign = '', hours = '', minutes = '00'] = /^(.)(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (hours === '') return 'Z';
  return `${sign.replace(' ', '+').replace('\u2212', '-')}${hours}:${minutes}`;
}

/**
 * Refuses dates that do not exist, which Date.parse shifts (30 February to 2 March). A leap second counts as the second
 * before it.
 */
function momentOf(raw: string): { at: number; isDay: boolean } | undefined {
  const [, day, time, zone] = TIME.exec(raw.trim()) ?? [];
  if (day === undefined) return undefined;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return undefined;
  if (time === undefined || zone === undefined) return { at: midnight, isDay: true };
  const at = Date.parse(`${day}T${time.replace(',', '.').replace(LEAP_SECOND, '$1:59')}${zoneOf(zone)}`);
  if (Number.isNaN(at)) return undefined;
  const existed = !LEAP_SECOND.test(time) || new Date(at).toISOString().slice(11, 19) === '23:59:59';
  return existed ? { at, isDay: false } : undefined;
}

function time(meaning: (moment: { at: number; isDay: boolean }) => Date) {
  return z.pipe(
    z.string(),
    z.transform((raw, context) => {
      const moment = momentOf(raw);
      if (moment) return meaning(moment);
      const isWritten = TIME.test(raw.trim());
      const message = isWritten ? 'must be a date and time that exist' : TIME_RULE;
      const field = isWritten ? 'invalid_value' : 'invalid_format';
      context.issues.push({ code: 'custom', input: raw, message, params: { field } });
      return z.NEVER;
    }),
  );
}

/** A moment. A date alone means its start in UTC. */
export const startTime = time(({ at }) => new Date(at));

/** An exclusive end. A date alone means the end of that day in UTC. */
export const endTime = time(({ at, isDay }) => new Date(at + (isDay ? DAY : 0)));

/** A distance in metres, such as 500 or 482.7. */
export const metres = (min: number, max: number) =>
  z.number('must be a number of metres').check(z.gte(min), z.lte(max));

/** `52.52,13.405`: latitude and longitude in degrees. */
export const point = z.pipe(
  z.string(),
  z.transform((raw, context) => {
    const [latitude, longitude, ...more] = raw.split(',').map(numberFromText);
    const fits = more.length === 0 && latitude !== undefined && longitude !== undefined;
    if (fits && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) {
      return { latitude: toSevenDecimals(latitude), longitude: toSevenDecimals(longitude) };
    }
    context.issues.push({ code: 'custom', input: raw, message: 'must be latitude,longitude such as 52.52,13.405' });
    return z.NEVER;
  }),
);

/** `13.3,52.4,13.5,52.6`: west, south, east and north in degrees. West is greater than east across the date line. */
export const box = z.pipe(
  z.string(),
  z.transform((raw, context) => {
    const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN, ...more] = raw
      .split(',')
      .map(numberFromText);
    const fits = more.length === 0 && Math.abs(west) <= 180 && Math.abs(east) <= 180 && south >= -90 && north <= 90;
    if (fits && south <= north) return { west, south, east, north };
    const message = 'must be west,south,east,north in degrees such as 13.3,52.4,13.5,52.6, south not above north';
    context.issues.push({ code: 'custom', input: raw, message });
    return z.NEVER;
  }),
);

/**
 * Decoration of phone numbers: the (0) of `+49 (0)170`, spaces, dashes, dots, slashes, brackets and invisible
 * characters.
 */
const PHONE_NOISE = /(?<=\+.*)\(0\)|[\s\p{Default_Ignorable_Code_Point}\p{Cf}\p{Pd}\u2212./()]/gu;
const E164 = /^\+[1-9]\d{6,14}$/;
/** `+49 0170` usually means +49 170, but in Italy the zero belongs to the number. */
const HAS_EARLY_ZERO = /^\+\d{1,3}0/;
const EXAMPLE_PHONE = 'an international number such as +49 170 1234567';

/**
 * A phone number, converted to E.164. A national number is read as one of DEFAULT_COUNTRY, and refused without that
 * setting.
 */
export const phone = z.pipe(
  z.string().check(z.maxLength(60)),
  z.transform(async (raw, context) => {
    const plain = withAsciiDigits(raw.normalize('NFKC')).replace(PHONE_NOISE, '').replace(/^tel:/i, '');
    const refuse = (message: string) => {
      context.issues.push({ code: 'custom', input: raw, message });
      return z.NEVER;
    };
    if (E164.test(plain)) return HAS_EARLY_ZERO.test(plain) ? ((await readPhoneNumber(plain)) ?? plain) : plain;
    const country = readDefaultCountry();
    if (country === undefined || !/^\d{3,15}$/.test(plain)) return refuse(`must be ${EXAMPLE_PHONE}`);
    return (await readPhoneNumber(plain, country)) ?? refuse(`must be a number of ${country}, or ${EXAMPLE_PHONE}`);
  }),
);

/** Loads the library on first use, since it is large and few numbers need it. */
async function readPhoneNumber(text: string, country?: string): Promise<string | undefined> {
  const library = await import('./phone-number.ts');
  return library.readPhoneNumber(text, country);
}
