import { withAsciiDigits } from './words.ts';

/**
 * Reference numbers such as `2026-004812-7`, for people to quote: the year of filing in TIME_ZONE, a number counted
 * within that year (six digits, more from a million on), and a Luhn digit over all digits before it.
 */

const PATTERN = /^(2\d{3})-?(\d{6,15})-?(\d)$/;
/** Spaces, invisible characters, and every kind of dash: people type and paste them in many ways. */
const NOISE = /[\s\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const DASHES = /\p{Pd}|\u2212/gu;

/**
 * The check digit of a text of decimal digits by the Luhn algorithm (ISO/IEC 7812-1, annex B), as on payment cards. It
 * detects every wrong digit, and all but 09 and 90 of two neighbouring digits that changed places.
 */
export function luhnDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, position) => {
    const value = Number(digit) * (position % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

/** Writes the reference of the `number`th complaint of a year. */
export function referenceOf(year: number, number: number): string {
  const digits = String(number).padStart(6, '0');
  return `${year}-${digits}-${luhnDigit(`${year}${digits}`)}`;
}

/** The number within its year of a reference as it is stored; undefined for anything else. */
export function numberOfReference(reference: string, year: number): number | undefined {
  const [, of, number] = PATTERN.exec(reference) ?? [];
  return Number(of) === year ? Number(number) : undefined;
}

export type ReadReference = { reference: string; isRight: boolean };

/**
 * Reads a reference as people type it: with spaces, other dashes, or without dashes. `isRight`
 * says whether the check digit fits. Undefined for a text that is no reference at all.
 */
export function readReference(typed: string): ReadReference | undefined {
  const [, year = '', digits = '', check] =
    PATTERN.exec(withAsciiDigits(typed.normalize('NFKC')).replace(NOISE, '').replace(DASHES, '-')) ?? [];
  if (check === undefined) return undefined;
  // Six digits, or more without zeros in front: otherwise it is not a number that is ever given.
  if (digits.length > 6 && digits.startsWith('0')) return undefined;
  return { reference: `${year}-${digits}-${check}`, isRight: luhnDigit(`${year}${digits}`) === check };
}

/** The year of a moment in a time zone of the IANA database. */
export function yearIn(timeZone: string, at: Date): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric' }).format(at));
}
