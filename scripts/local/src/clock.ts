export type Clock = { now(): number };

export type ClockControl = Clock & {
  /** Milliseconds by which this clock is ahead of the machine's. */
  offset(): number;
  advance(milliseconds: number): void;
  moveTo(time: number | Date | string): void;
};

/** A clock that tests can move; cron, expiry and row dates follow it. */
export class MovableClock implements ClockControl {
  readonly #base: Clock;
  readonly #onMove: () => void;
  #shift = 0;
  #last = 0;

  constructor(base: Clock = Date, onMove: () => void = () => {}) {
    this.#base = base;
    this.#onMove = onMove;
  }

  now(): number {
    return this.#base.now() + this.#shift;
  }

  /**
   * The time of a write. It never repeats, because guards compare `$updatedAt`. A real database is too slow to write
   * twice in one millisecond.
   */
  nextWriteTime(): number {
    const latest = this.latest();
    this.#last = latest === this.#last ? latest + 1 : latest;
    return this.#last;
  }

  /** Now, or the time of the last write if that is up to a second ahead. */
  latest(): number {
    const now = this.now();
    return this.#last > now && this.#last - now <= 1000 ? this.#last : now;
  }

  offset(): number {
    return this.#shift + (this.#base === Date ? 0 : this.#base.now() - Date.now());
  }

  /**
   * Calls `onMove` before the move too: the scheduler then plans new functions from the old time, and the move makes
   * them due.
   */
  advance(milliseconds: number): void {
    this.#onMove();
    this.#shift += milliseconds;
    this.#onMove();
  }

  /** Sets the offset. Unlike `advance`, it runs nothing that is due. */
  setOffset(milliseconds: number): void {
    this.#shift += milliseconds - this.offset();
  }

  moveTo(time: number | Date | string): void {
    this.advance(new Date(time).getTime() - this.now());
  }
}

/** A date as Appwrite writes it: UTC, milliseconds, `+00:00`. */
export function formatDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+00:00');
}
