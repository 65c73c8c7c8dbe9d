import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, wordsOfComplaint, wordsOfQuestion } from '#shared/domain/words.ts';
import { anyCharacter } from '../../support/any-character.ts';

const finds = (question: string, title: string) => {
  const kept = new Set(wordsOfComplaint({ title, description: '-', reference: null }));
  const asked = wordsOfQuestion(question);
  return asked.length > 0 && asked.every((word) => kept.has(word));
};

describe('a query finds a text', () => {
  it.each([
    ['Latin', 'strasse', 'Überflutete Straße'],
    ['Latin, capitals', 'ÜBERFLUTETE STRASSE', 'überflutete Straße'],
    ['Latin, combining accents', 'cafe\u0301', 'Café am Eck'],
    ['Latin, without accents', 'cafe', 'Café am Eck'],
    ['Latin, strokes', 'lodz', 'Łódź'],
    ['Latin, ligatures and full width', 'office ＬＡＭＰ', 'oﬃce lamp'],
    ['Turkish', 'istanbul', 'İstanbul'],
    ['Turkish, the other way', 'IŞIK', 'ışık yok'],
    ['Vietnamese', 'duong', 'Đường ngập nước'],
    ['Greek', 'οδοσ', 'Η ΟΔΌΣ'],
    ['Cyrillic', 'елка', 'Сломанная Ёлка'],
    ['Arabic', 'شارع', 'مصباح شارع مكسور'],
    ['Persian, with a joiner', 'می‌خواهم', 'میخواهم'],
    ['Hebrew, pointed', 'שָׁלוֹם', 'שָׁלוֹם לכם'],
    ['Hindi', 'पानी', 'सड़क पर पानी'],
    ['Hindi, with a nukta', 'सड़क', 'सड़क पर पानी'],
    ['Tamil', 'தண்ணீர்', 'தண்ணீர் இல்லை'],
    ['Bengali', 'রাস্তা', 'ভাঙা রাস্তা'],
    ['Georgian', 'ქუჩა', 'ბნელი ქუჩა'],
    ['Armenian', 'փողոց', 'Մութ ՓՈՂՈՑ'],
    ['Chinese', '漏水', '水管漏水了'],
    ['Japanese', 'ガイトウ', 'こわれたｶﾞｲﾄｳ'],
    ['Korean', '가로등', '가로등이 고장'],
    ['Thai', 'น้ำท่วม', 'ถนนน้ำท่วมมาก'],
    ['Khmer', 'ផ្លូវ', 'ផ្លូវលិចទឹក'],
    ['Ethiopic', 'መንገድ', 'የተበላሸ መንገድ'],
    ['digits', '12', 'House 12'],
    ['words beside characters', 'tv 漏水', 'TV漏水'],
  ])('in %s', (_, question, title) => {
    expect(finds(question, title)).toBe(true);
  });

  it.each([
    ['part of a word', 'flut', 'Überflutete Straße'],
    ['another mark of a script that keeps its marks', 'कल', 'काल'],
    ['a word that is missing', 'lamp post', 'A lamp'],
    ['characters in another order', '水漏', '漏水'],
    ['signs only', '*** "', 'A lamp'],
  ])('but not by %s', (_, question, title) => {
    expect(finds(question, title)).toBe(false);
  });
});

it('folding twice equals folding once, for any text', async () => {
  await fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 60 }), (text) => {
      expect(fold(fold(text))).toBe(fold(text));
    }),
    { numRuns: 2_000 },
  );
});

it('finds a text by each of its stored words, for any text', async () => {
  await fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 60 }), (title) => {
      for (const word of wordsOfComplaint({ title, description: '', reference: null })) {
        expect(Buffer.byteLength(word)).toBeLessThanOrEqual(128);
        expect(wordsOfQuestion(word)).toContain(word);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('stores the first 60 words, beginning with the title, and the first 300 pairs of characters', () => {
  const many = (count: number, word: (n: number) => string) => Array.from({ length: count }, (_, n) => word(n));
  const words = wordsOfComplaint({
    title: 'Lamp lamp LAMP',
    description: many(100, (n) => `word${n}`).join(' '),
    reference: null,
  });
  expect(words).toEqual(['lamp', ...many(59, (n) => `word${n}`)]);
  const pairs = wordsOfComplaint({
    title: '漏水',
    description: many(400, (n) => String.fromCodePoint(0x4e00 + n)).join(''),
    reference: null,
  });
  expect(pairs).toHaveLength(300);
  expect(pairs[0]).toBe('漏水');
  expect(wordsOfQuestion('a b c d e f g h i j')).toHaveLength(8);
  expect(wordsOfComplaint({ title: 'x'.repeat(120), description: 'ü'.repeat(500), reference: null })[0]).toBe(
    'x'.repeat(64),
  );
});
