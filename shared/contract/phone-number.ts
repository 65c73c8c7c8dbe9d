import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * Converts a number to E.164: one of `+` and digits, where it drops the trunk zero, or one of digits as dialled within
 * `country` (ISO 3166, two letters). Undefined if it is not a possible number there.
 */
export function readPhoneNumber(text: string, country?: string): string | undefined {
  if (country !== undefined && !isSupportedCountry(country)) return undefined;
  const number = parsePhoneNumberFromString(text, country);
  return number?.isPossible() ? number.number : undefined;
}
