type Waiting = { enter: () => void };

/** Lets so many calls run at the same time. The others wait and enter in their order. */
export class Slots {
  readonly #longestMs: number;
  readonly #waiting: Waiting[] = [];
  #free: number;

  /** A slot that nobody has given back after `longestMs` is given to the next one all the same. */
  constructor(count: number, longestMs: number) {
    this.#free = count;
    this.#longestMs = longestMs;
  }

  /** Waits for a slot, and rejects when there is none within `limitMs`. What it gives has to be called once, to give the slot back. */
  async take(limitMs: number): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(limitMs);
    let given = false;
    const giveBack = () => {
      if (given) return;
      given = true;
      clearTimeout(longest);
      const next = this.#waiting.shift();
      if (next) next.enter();
      else this.#free += 1;
    };
    const longest = setTimeout(giveBack, this.#longestMs);
    return giveBack;
  }

  #wait(limitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = {
        enter: () => {
          clearTimeout(limit);
          resolve();
        },
      };
      const limit = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new Error(`no turn to ask Appwrite within ${limitMs} ms`));
      }, limitMs);
      this.#waiting.push(waiting);
    });
  }
}
