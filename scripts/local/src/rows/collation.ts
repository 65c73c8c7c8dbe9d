import type { Engine } from '../database/engine.ts';

/**
 * Sort keys by collation: texts are equal if their keys are, and sort by the code points of their keys. A table stores
 * texts unchanged; SQL compares `fold(column)`.
 */
const keys: Record<Engine['text'], (text: string) => string> = {
  general_ci: (text) => generalWeights(text).replace(/ +$/, ''),
  locale: localeKey,
  binary: (text) => text,
};

const patterns: Record<Engine['patterns'], (text: string) => string> = {
  general_ci: generalWeights,
  case: lowerCase,
};

/** The key by which texts are compared, ordered and made unique. */
export function textKey({ text }: Engine): (text: string) => string {
  return keys[text];
}

/** The key by which `contains`, `startsWith` and `endsWith` compare. */
export function patternKey(engine: Engine): (text: string) => string {
  return patterns[engine.patterns];
}

/** Lower case with one character for each; JavaScript would make two of the Turkish dotted I. */
export function lowerCase(text: string): string {
  return text.replaceAll('İ', 'i').toLowerCase();
}

/** Unicode pages with letters that utf8mb4_general_ci folds. Characters of the other pages equal only themselves. */
const foldedPages = new Set([0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x1e, 0x1f, 0x21, 0x24, 0xff]);
const weights = new Map<string, string>([
  ['ß', 'S'],
  ['й', 'Й'],
  ['Й', 'Й'],
]);
const astral = '\ufffd';

/**
 * utf8mb4_general_ci: each letter becomes its base letter in upper case. Combining marks are characters of their own;
 * all characters above U+FFFF are equal. MariaDB follows Unicode 3.0, so newer letters fold here but not there.
 */
export function generalWeights(text: string): string {
  if (isAscii(text)) return text.toUpperCase();
  let weighed = '';
  for (const character of text) weighed += weightOf(character);
  return weighed;
}

function weightOf(character: string): string {
  const known = weights.get(character);
  if (known !== undefined) return known;
  const weight = character.length > 1 ? astral : baseLetter(character);
  weights.set(character, weight);
  return weight;
}

function baseLetter(character: string): string {
  if (!foldedPages.has(character.charCodeAt(0) >> 8)) return character;
  const [base = character, ...marks] = character.normalize('NFD');
  const composed =
    marks.length > 0 && character.normalize('NFC') === character && /^\p{L}\p{M}+$/u.test([base, ...marks].join(''));
  const letter = composed ? base : character;
  const upper = letter.toUpperCase();
  return upper.length === 1 ? upper : letter;
}

/** en_US.UTF-8: letters and digits first, then accents, then lower before upper case, then all other characters. */
function localeKey(whole: string): string {
  const [text = ''] = whole.split('\0', 1);
  let letters = '';
  let accents = '';
  let cases = '';
  for (const character of isAscii(text) ? text : text.normalize('NFD')) {
    if (/[\u0300-\u036f]/.test(character)) accents = accents.slice(0, -1) + character;
    else if (/[\p{L}\p{N}\p{M}]/u.test(character)) {
      const small = character.toLowerCase();
      letters += small === 'ß' ? 'ss' : small;
      accents += small === 'ß' ? 'ß' : ' ';
      cases += small === character ? '0' : '1';
    }
  }
  return [letters, accents, cases, text].join('\u0001');
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 127) return false;
  }
  return true;
}
