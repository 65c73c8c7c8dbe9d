import { stemmer } from 'stemmer';
import type { Engine } from '../database/engine.ts';
import { ApiError } from '../http/errors.ts';
import { generalWeights, lowerCase } from './collation.ts';

/**
 * How a fulltext index splits a text into words, and how it searches them. An FTS5 table holds the words, joined by
 * blanks; `query` returns an FTS5 expression, or undefined if nothing can be found.
 */
type SearchRules = { words(text: string): string[]; query(value: string): string | undefined };

export const searchRules: Record<Engine['search'], SearchRules> = {
  innodb: { words: innodbWords, query: innodbQuery },
  english: { words: englishWords, query: englishQuery },
  words: { words: plainWords, query: plainQuery },
};

const list = (text: string) => new Set(text.split(/\s+/));

/** InnoDB's stop words. The index skips them, and words of fewer than 3 or more than 84 characters. */
const innodbStops = list(
  `A ABOUT AN ARE AS AT BE BY COM DE EN FOR FROM HOW I IN IS IT LA OF ON OR THAT THE THIS TO WAS WHAT WHEN WHERE WHO
   WILL WITH UND WWW`,
);
const innodbWord = /[\p{L}\p{M}\p{N}_]+/gu;

function innodbTokens(text: string): string[] {
  return generalWeights(text).match(innodbWord) ?? [];
}

function isIndexed(word: string): boolean {
  return !isShort(word) && [...word].length <= 84 && !innodbStops.has(word);
}

function isShort(word: string): boolean {
  return [...word].length < 3;
}

function innodbWords(text: string): string[] {
  return innodbTokens(text).filter(isIndexed);
}

/**
 * Boolean mode as Appwrite uses it: operators become blanks, any word matches, the last may be a prefix; a quoted text
 * is a phrase. `Brien's` is several words; short ones after the first are dropped. `%` is not an operator: a query of
 * nothing else fails.
 */
function innodbQuery(value: string): string | undefined {
  const exact = value.startsWith('"') && value.endsWith('"');
  const terms = value
    .replace(/[@+\-*)(<>~"]/g, ' ')
    .split(/\s+/)
    .filter((term) => term !== '');
  if (terms.length === 0) return undefined;
  if (terms.every((term) => /^%+$/.test(term))) throw new ApiError('general_unknown', 'Server Error');
  if (exact) return phrase(innodbWords(terms.join(' ')));
  const words = terms.map((term) => innodbTokens(term).filter((word, index) => index === 0 || !isShort(word)));
  const last = words.at(-1)?.at(-1);
  const found = words.flat().filter(isIndexed).map(quoted);
  return anyOf(last === undefined ? found : [...found, `${quoted(last)}*`]);
}

/** PostgreSQL's English stop words. */
const englishStops = list(
  `i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its
   itself they them their theirs themselves what which who whom this that these those am is are was were be been being
   have has had having do does did doing a an the and but if or because as until while of at by for with about against
   between into through during before after above below to from up down in out on off over under again further then once
   here there when where why how all any both each few more most other some such no nor not only own same so than too very
   s t can will just don should now`,
);

function lexemes(text: string): string[] {
  return lowerCase(text)
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '' && !englishStops.has(word))
    .map((word) => (/^[a-z]+$/.test(word) ? stemmer(word) : word));
}

/** Appwrite removes everything that PostgreSQL does not count as a word character, viramas and nuktas too. */
function englishWords(text: string): string[] {
  return lexemes(text.replace(/[^\p{L}\p{N}\p{M}_]+|[\u094d\u093c\u0bcd]/gu, ' '));
}

/** `websearch_to_tsquery` as Appwrite uses it: any word matches; in quotes all words are required, in any order. */
function englishQuery(value: string): string | undefined {
  const exact = value.startsWith('"') && value.endsWith('"');
  const [text = ''] = value.split('\0', 1);
  const terms = text
    .replace(/[@+\-*.'"]/g, ' ')
    .split(/\s+/)
    .filter((term) => !/^(or)?$/i.test(term));
  const phrases = terms.map((term) => phrase(lexemes(term))).filter((found) => found !== undefined);
  return exact ? phrases.join(' AND ') || undefined : anyOf(phrases);
}

/** MongoDB's `$text` (read, not run): whole words without accents, any of them; quoted phrases are required. */
function plainWords(text: string): string[] {
  return (
    text
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}_]+/gu) ?? []
  );
}

function plainQuery(value: string): string | undefined {
  const phrases = [...value.matchAll(/"([^"]+)"/g)].map(([, text = '']) => phrase(plainWords(text)));
  const required = phrases.filter((found) => found !== undefined);
  return required.length > 0 ? required.join(' AND ') : anyOf(plainWords(value).map(quoted));
}

function phrase(words: string[]): string | undefined {
  return words.length > 0 ? quoted(words.join(' ')) : undefined;
}

function anyOf(parts: string[]): string | undefined {
  return parts.length > 0 ? [...new Set(parts)].join(' OR ') : undefined;
}

function quoted(text: string): string {
  return `"${text}"`;
}
