/** Words of a text that are kept for search, and of a question. The rest of a long text is not found. */
const MAX_WORDS = 60;
/** How many pairs of characters are kept of scripts without spaces between words. */
const MAX_PAIRS = 300;
/** Longer words are cut, in complaints and in questions alike. */
const LONGEST_WORD_BYTES = 64;
const MAX_ASKED = 8;
const MAX_NAME_WORDS = 20;

// A letter of one of these scripts with the accents that follow it; other scripts keep theirs.
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;

/** Letters that lower case or dropped accents do not bring together with their usual spelling. */
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
 * A text as it is compared: NFKC, lower case, without accents on Latin, Greek and Cyrillic letters, without invisible
 * joiners, ß as ss, ı and İ as i. Folding a folded text changes nothing.
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

/** The decimal digits of all scripts, such as those of Arabic and Persian keyboards, as 0 to 9. Digits of a script stand together, zero first. */
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
/** Runs of characters of one kind: of scripts without spaces, or of all others. */
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
  // A character that was cut in half decodes to U+FFFD.
  return bytes
    .subarray(0, LONGEST_WORD_BYTES)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '');
}

/** A reference number in a text. Without its dashes it is a word already. */
const REFERENCE = /(?<![\p{L}\p{N}])\d{4}\p{Pd}\d{6,15}\p{Pd}\d(?![\p{L}\p{N}])/gu;

/** A reference number as a single word: its digits. */
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
 * The words of a complaint that a search finds it by: its reference as one word, the first 60 distinct words, the
 * title's first, and the first 300 pairs of characters of scripts without spaces between words.
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

/** The words of a question, folded in the same way; at most 8, since each is looked up. */
export function wordsOfQuestion(question: string): string[] {
  const { words, pairs } = runsOf(question);
  return [...words, ...pairs].slice(0, MAX_ASKED);
}

/** The words of a person's name that an account is found by: the first 20 distinct ones, folded. */
export function wordsOfName(name: string): string[] {
  const words = [...fold(name).matchAll(WORD)].map(([word]) => cut(word));
  return [...new Set(words)].slice(0, MAX_NAME_WORDS);
}

/** The beginnings that a search for people asks for: between spaces, folded, without repetitions. */
export function beginningsOf(question: string): string[] {
  return [...new Set(fold(question).split(/\s+/u).filter(Boolean).map(cut))].slice(0, MAX_ASKED);
}
