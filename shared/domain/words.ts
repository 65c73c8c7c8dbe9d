/** The most words of a complaint that are stored for search. Later words are not found. */
const MAX_WORDS = 60;
/** The most pairs of characters that are stored of text in scripts without spaces between words. */
const MAX_PAIRS = 300;
/** Longer words are cut, in complaints and in search queries alike. */
const LONGEST_WORD_BYTES = 64;
const MAX_ASKED = 8;
const MAX_NAME_WORDS = 20;

// A letter of one of these scripts and its accents. Letters of other scripts keep their accents.
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;

/** Letters that lower-casing and removing accents do not map to their usual spelling. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ı: 'i',
  ς: 'σ',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
};
const SPELLED = new RegExp(`[${Object.keys(SPELLINGS).join('')}]`, 'gu');

/**
 * The form of a text that is compared: NFKC, lower case, no accents on Latin, Greek and Cyrillic letters, no invisible
 * joiners, ß as ss, ı and İ as i. Idempotent.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(ACCENTED, '$1')
    .normalize('NFC')
    .replaceAll(SPELLED, (letter) => SPELLINGS[letter] ?? letter);
}

/**
 * Converts the decimal digits of all scripts to 0 to 9, such as those of Arabic and Persian keyboards. The ten digits
 * of a script have consecutive code points, zero first.
 */
export function withAsciiDigits(text: string): string {
  return text.replaceAll(/[^\P{Nd}0-9]/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
    return String(value);
  });
}

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;
const UNSPACED =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Bopomofo}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー々]';
/** Runs of characters of one kind: of scripts without spaces, or of all other scripts. */
const RUN = new RegExp(`(?:${UNSPACED}\\p{M}*)+|(?:(?!${UNSPACED})[\\p{L}\\p{N}]\\p{M}*)+`, 'gu');
const STARTS_UNSPACED = new RegExp(`^${UNSPACED}`, 'u');
const CHARACTER = /[\p{L}\p{N}]\p{M}*/gu;

function pairsOf(run: string): string[] {
  const characters = run.match(CHARACTER) ?? [];
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

function cut(word: string): string {
  const bytes = Buffer.from(word);
  if (bytes.length <= LONGEST_WORD_BYTES) return word;
  // A character that was cut in the middle decodes to U+FFFD.
  return bytes
    .subarray(0, LONGEST_WORD_BYTES)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '');
}

/** A reference number with dashes. Without dashes it already is one word. */
const REFERENCE = /(?<![\p{L}\p{N}])\d{4}\p{Pd}\d{6,15}\p{Pd}\d(?![\p{L}\p{N}])/gu;

/** A reference number as one word: its digits. */
const wordOfReference = (reference: string) => reference.replaceAll(/\D/g, '');

function runsOf(text: string): { words: Set<string>; pairs: Set<string> } {
  const words = new Set<string>();
  const pairs = new Set<string>();
  for (const [token] of fold(text).replaceAll(REFERENCE, wordOfReference).matchAll(WORD)) {
    for (const run of token.match(RUN) ?? []) {
      if (STARTS_UNSPACED.test(run)) for (const pair of pairsOf(run)) pairs.add(pair);
      else words.add(cut(run));
    }
  }
  return { words, pairs };
}

/**
 * The words that a search finds a complaint by: its reference as one word, the first 60 distinct words (title first),
 * and the first 300 pairs of characters of scripts without spaces.
 */
export function wordsOfComplaint(complaint: {
  title: string;
  description: string;
  reference: string | null;
}): string[] {
  const { title, description, reference } = complaint;
  const { words, pairs } = runsOf(`${title}\n${description}`);
  const referenceWord = reference === null ? [] : [wordOfReference(reference)];
  return [...new Set([...referenceWord, ...[...words].slice(0, MAX_WORDS), ...[...pairs].slice(0, MAX_PAIRS)])];
}

/** The folded words of a search query; at most 8, since each costs a look-up. */
export function wordsOfQuestion(question: string): string[] {
  const { words, pairs } = runsOf(question);
  return [...words, ...pairs].slice(0, MAX_ASKED);
}

/** The words that an account is found by: the first 20 distinct words of the name, folded. */
export function wordsOfName(name: string): string[] {
  const words = [...fold(name).matchAll(WORD)].map(([word]) => cut(word));
  return [...new Set(words)].slice(0, MAX_NAME_WORDS);
}

/** The word prefixes of a search for accounts: the parts between spaces, folded and distinct, at most 8. */
export function beginningsOf(question: string): string[] {
  return [...new Set(fold(question).split(/\s+/u).filter(Boolean).map(cut))].slice(0, MAX_ASKED);
}
