import { withAsciiDigits } from './words.ts';

/**
 * Reference numbers such as `2026-004812-7`: the year of filing in TIME_ZONE, a number counted within that year (six
 * digits, more from a million on), and a Luhn digit over all digits before it.
 */

const PATTERN = /^(2\d{3})-?(\d{6,15})-?(\d)$/;
/** Spaces and invisible characters that are typed or pasted along. */
const NOISE = /[\s\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const DASHES = /\p{Pd}|\u2212/gu;

/**
 * The Luhn check digit of a text of decimal digits (ISO/IEC 7812-1, annex B). It detects every wrong digit, and every
 * swap of two neighbouring digits except 09 and 90.
 */
export function luhnDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, position) => {
    const value = Number(digit) * (position % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

/** The reference of the `number`th complaint of a year. */
export function referenceOf(year: number, number: number): string {
  const digits = String(number).padStart(6, '0');
  return `${year}-${digits}-${luhnDigit(`${year}${digits}`)}`;
}

/** The number within the year of a stored reference; undefined for another year or another text. */
export function numberOfReference(reference: string, year: number): number | undefined {
  const [, of, number] = PATTERN.exec(reference) ?? [];
  return Number(of) === year ? Number(number) : undefined;
}

export type ReadReference = { reference: string; isRight: boolean };

/**
 * Reads a typed reference: spaces, any dashes or no dashes. `isRight`: the check digit fits. Undefined if the text is
 * not a reference.
 */
export function readReference(typed: string): ReadReference | undefined {
  const [, year = '', digits = '', check] =
    PATTERN.exec(withAsciiDigits(typed.normalize('NFKC')).replace(NOISE, '').replace(DASHES, '-')) ?? [];
  if (check === undefined) return undefined;
  // Numbers are padded to six digits, so a longer number never starts with 0.
  if (digits.length > 6 && digits.startsWith('0')) return undefined;
  return { reference: `${year}-${digits}-${check}`, isRight: luhnDigit(`${year}${digits}`) === check };
}

/** The year at a moment in an IANA time zone. */
export function yearIn(timeZone: string, at: Date): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric' }).format(at));
}
