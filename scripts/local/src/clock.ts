export type Clock = { now(): number };

export type ClockControl = Clock & {
  /** How far this clock is from the machine's. */
  offset(): number;
  advance(milliseconds: number): void;
  moveTo(time: number | Date | string): void;
};

/** Time that tests can move: cron, expiry and row dates follow it. */
export class MovableClock implements ClockControl {
  readonly #base: Clock;
  readonly #moved: () => void;
  #shift = 0;
  #last = 0;

  constructor(base: Clock = Date, moved: () => void = () => {}) {
    this.#base = base;
    this.#moved = moved;
  }

  now(): number {
    return this.#base.now() + this.#shift;
  }

  /**
   * The time of a write. It never repeats: the real database is too slow to write twice in one millisecond,
   * and the guards that compare `$updatedAt` rely on that.
   */
  stamp(): number {
    const latest = this.latest();
    this.#last = latest === this.#last ? latest + 1 : latest;
    return this.#last;
  }

  /** Now, but not before the last write, whose time may be a few milliseconds ahead. */
  latest(): number {
    const now = this.now();
    return this.#last > now && this.#last - now <= 1000 ? this.#last : now;
  }

  offset(): number {
    return this.#shift + (this.#base === Date ? 0 : this.#base.now() - Date.now());
  }

  /** Tells the scheduler before and after: a function that it has not planned yet is due by the time before. */
  advance(milliseconds: number): void {
    this.#moved();
    this.#shift += milliseconds;
    this.#moved();
  }

  moveTo(time: number | Date | string): void {
    this.advance(new Date(time).getTime() - this.now());
  }
}

/** Appwrite's spelling of a date: UTC, milliseconds, `+00:00`. */
export function formatDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+00:00');
}
