import { type Random, seededRandom } from '../../support/seeded-random.ts';

/** Random choices; the same seed repeats them. */
export class Choices {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return this.#random.below(end);
  }

  /** True in one of `n` cases. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  of<T>(choices: readonly [T, ...T[]]): T {
    return this.#random.pick(choices);
  }

  text(length: number): string {
    return Array.from({ length }, () => this.of(LETTERS)).join('');
  }
}

const LETTERS = [...'abcdefgh ijklmnop-_.0123456789ÄßЖ漢🙂\'"<&%/\\'] as [string, ...string[]];
