/** Repeats a check until it is true, for a minute at most. */
export async function until(what: string, ready: () => Promise<boolean>): Promise<void> {
  const latest = Date.now() + 60_000;
  for (let wait = 5; !(await ready()); wait = Math.min(500, wait * 2)) {
    if (Date.now() > latest) throw new Error(`Gave up waiting for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
