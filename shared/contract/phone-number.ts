import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * A number in E.164: of `+` and digits, in which a zero for calls within the country is dropped, or of digits as they are
 * dialled in a country (ISO 3166, two letters). undefined when it is no number there.
 */
export function readPhoneNumber(text: string, country?: string): string | undefined {
  if (country !== undefined && !isSupportedCountry(country)) return undefined;
  const number = parsePhoneNumberFromString(text, country);
  return number?.isPossible() ? number.number : undefined;
}
