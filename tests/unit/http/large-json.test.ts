import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLargeJson } from '#shared/http/large-json.ts';
import { stopwatch } from '../../support/stopwatch.ts';

const long = fc
  .record({ unit: fc.constantFrom('QUJD', 'ü', 'a\\"b', 'x'), length: fc.constantFrom(65_535, 65_536, 200_000) })
  .map(({ unit, length }) => unit.repeat(Math.ceil(length / unit.length)));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue({ maxDepth: 1 }),
    long,
    fc.array(tie('any'), { maxLength: 4 }),
    tie('named'),
  ),
  named: fc.dictionary(fc.oneof(fc.string(), long), tie('any'), { maxKeys: 3 }),
})).any;

async function outcome(parse: () => unknown): Promise<unknown> {
  try {
    return { parsed: await parse() };
  } catch (error) {
    return error instanceof SyntaxError ? 'refused' : error;
  }
}

async function processorMs(parse: () => unknown): Promise<number> {
  const taken = stopwatch();
  await outcome(parse);
  return taken();
}

describe('JSON with long strings in it', () => {
  it('is read as JSON.parse reads it', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (sent) => {
        const text = JSON.stringify(sent);
        expect(await parseLargeJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('may begin with a byte order mark', async () => {
    const text = JSON.stringify({ images: ['QUJD'.repeat(20_000)] });
    expect(await parseLargeJson(Buffer.from(`\ufeff${text}`))).toEqual(JSON.parse(text));
  });

  it('is refused where JSON.parse refuses it, whatever is missing or too much', async () => {
    const text = JSON.stringify({ title: 'a "b" \\ c', images: ['QUJD'.repeat(20_000), 'x'.repeat(70_000)], n: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length),
        fc.nat(3),
        fc.constantFrom('', '"', '\\', '{', ']', ',', '1', 'x', '\n', '\0', '\t'),
        async (at, cut, put) => {
          const broken = text.slice(0, at) + put + text.slice(at + cut);
          expect(await outcome(() => parseLargeJson(Buffer.from(broken)))).toEqual(
            await outcome(() => JSON.parse(broken)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of nothing but quotes, or of millions of other values, takes hardly longer than JSON.parse does', async () => {
    const one = `"${'A'.repeat(70_000)}"`;
    const full = [`[${one},${'1,'.repeat(4_000_000)}1]`, `[${one}${',[]'.repeat(2_000_000)}]`];
    for (const body of ['"'.repeat(9_000_000), `"${'\\"'.repeat(4_000_000)}"`, '"",'.repeat(3_000_000), ...full]) {
      const plain = await processorMs(() => JSON.parse(body));
      expect(await processorMs(() => parseLargeJson(Buffer.from(body)))).toBeLessThan(3 * plain + 300);
    }
  });
});
