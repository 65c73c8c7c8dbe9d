import { nextReferenceNumber } from '#shared/appwrite/reference-counter.ts';
import type { Deps } from '#shared/compose.ts';
import type { Config } from '#shared/config.ts';
import { referenceOf, yearIn } from '#shared/domain/reference.ts';

type Drawn = { year: number; number: number };

/**
 * Numbers drawn for filings that were then refused. The next filings of this process use them first, so a refusal
 * leaves a gap only if the process ends.
 */
const unused = new WeakMap<Config, Drawn[]>();

function takeUnused(config: Config, year: number): Drawn | undefined {
  const numbers = (unused.get(config) ?? []).filter((drawn) => drawn.year === year).sort((a, b) => a.number - b.number);
  const first = numbers.shift();
  unused.set(config, numbers);
  return first;
}

/** A reference number for one filing, drawn in parallel with its other calls. */
export type Draw = {
  /** The reference of a complaint filed at this time. Its number then counts as used. */
  take(filedAt: Date): Promise<string>;
  /** Keeps an unused number for another filing. Never rejects. */
  release(): Promise<void>;
};

/** Starts to draw a number of the present year. `another` draws a new one even if refused filings have left numbers. */
export function nextReference(deps: Deps, { another = false } = {}): Draw {
  const { config, clock } = deps;
  const draw = async (at: Date): Promise<Drawn> => {
    const year = yearIn(config.calendar.timeZone, at);
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
      const { year, number } = first.year === yearIn(config.calendar.timeZone, filedAt) ? first : await draw(filedAt);
      return referenceOf(year, number);
    },
    async release() {
      if (isUsed) return;
      const drawn = await drawing.catch(() => undefined);
      if (drawn) unused.get(config)?.push(drawn) ?? unused.set(config, [drawn]);
    },
  };
}
