import { nextReferenceNumber } from '#shared/appwrite/reference-counter.ts';
import type { Deps } from '#shared/compose.ts';
import type { Config } from '#shared/config.ts';
import { referenceOf, yearIn } from '#shared/domain/reference.ts';

type Drawn = { year: number; number: number };

/**
 * Numbers that were drawn for filings which were then refused. The next filings of this process use them first, so that
 * a refusal uses up no number unless the process ends.
 */
const unused = new WeakMap<Config, Drawn[]>();

function takeUnused(config: Config, year: number): Drawn | undefined {
  const numbers = (unused.get(config) ?? []).filter((drawn) => drawn.year === year).sort((a, b) => a.number - b.number);
  const first = numbers.shift();
  unused.set(config, numbers);
  return first;
}

/** A reference number for one filing, which is being drawn beside its other calls. */
export type Draw = {
  /** The reference of a complaint filed at this time. From now on its number counts as used. */
  take(filedAt: Date): Promise<string>;
  /** Keeps the number for another filing, unless it counts as used. Never rejects. */
  release(): Promise<void>;
};

/** Begins to draw a number of the present year; `another` does not use what refused filings have left. */
export function nextReference(deps: Deps, { another = false } = {}): Draw {
  const { config, clock } = deps;
  const draw = async (at: Date): Promise<Drawn> => {
    const year = yearIn(config.timeZone, at);
    const left = another ? undefined : takeUnused(config, year);
    return left ?? { year, number: await nextReferenceNumber(deps, year) };
  };
  let isUsed = false;
  const drawing = draw(clock.now());
  drawing.catch(() => undefined);
  return {
    async take(filedAt) {
      isUsed = true;
      const first = await drawing;
      const { year, number } = first.year === yearIn(config.timeZone, filedAt) ? first : await draw(filedAt);
      return referenceOf(year, number);
    },
    async release() {
      if (isUsed) return;
      const drawn = await drawing.catch(() => undefined);
      if (drawn) unused.get(config)?.push(drawn) ?? unused.set(config, [drawn]);
    },
  };
}
