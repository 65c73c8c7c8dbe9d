/** Limits how many calls run at the same time. The others wait in a queue, first in, first out. */
export class Slots {
  readonly #longestMs: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /**
   * A slot that is not released within `longestMs` goes to the next call, so that hanging calls cannot hold all slots.
   */
  constructor(count: number, longestMs: number) {
    this.#free = count;
    this.#longestMs = longestMs;
  }

  /**
   * Waits for a slot; rejects when none is free within `limitMs`. The caller must call the returned function to release
   * it.
   */
  async take(limitMs: number): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(limitMs);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      clearTimeout(longest);
      const enterNext = this.#waiting.shift();
      if (enterNext) enterNext();
      else this.#free += 1;
    };
    const longest = setTimeout(release, this.#longestMs);
    return release;
  }

  #wait(limitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        clearTimeout(limit);
        resolve();
      };
      const limit = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(new Error(`no turn to ask Appwrite within ${limitMs} ms`));
      }, limitMs);
      this.#waiting.push(enter);
    });
  }
}
