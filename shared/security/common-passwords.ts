import { readFileSync } from 'node:fs';

/**
 * The text of common-passwords.txt: the 2,000 most common passwords of 8 characters and more, without dates, in lower
 * case, sorted, one a line. From the ranking in @zxcvbn-ts/language-common 4.1.3, MIT, (c) Dan Wheeler, Dropbox and
 * @zxcvbn-ts. The build puts the text into the bundle in place of this module (scripts/build/generated-modules.ts).
 */
export const COMMON_PASSWORDS = readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8');
