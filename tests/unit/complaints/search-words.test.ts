import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { searchWords, wordsOf } from '#shared/services/complaints/search-words.ts';
import { anyCharacter } from '../../support/any-character.ts';

it('asks for the telling words of a question, once each, eight at most', () => {
  expect(wordsOf('The lamp at the Lamp is OUT')).toEqual(['lamp', 'out']);
  expect(wordsOf('is it on?')).toEqual([]);
  expect(wordsOf('a1 b22 c333')).toEqual(['b22', 'c333']);
  expect(wordsOf('one two three four five six seven eight nine ten')).toHaveLength(8);
});

it('asks for nothing but letters and digits, whatever is in the question', async () => {
  await fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), (question) => {
      for (const word of wordsOf(question)) expect(word).toMatch(/^[\p{L}\p{N}]{3,}$/u);
    }),
    { numRuns: 1_000 },
  );
});

it('keeps what fits into the column, however long the text', () => {
  const words = searchWords({ title: '🙂'.repeat(120), description: 'e\u0301'.repeat(4_200) });
  expect([...words].length).toBeLessThanOrEqual(4_200);
  expect(words).toBe(words.normalize('NFC'));
});
