/** The figures of an attack by name. */
export type Figures = Record<string, number>;

/** Throws when a defence did not hold. */
export function assertHolds(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`the defence does not hold: ${what}`);
}

/** How many replies had each status. */
export function tally(replies: readonly { status: number }[]): Figures {
  const counts: Figures = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
