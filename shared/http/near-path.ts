const LONGEST = 64;

/** The known path that this one was most likely meant to be. Loads its library only when somebody has mistyped. */
export async function nearPath(path: string, known: readonly string[]): Promise<string | undefined> {
  if (path.length > LONGEST) return undefined;
  const { distance } = await import('fastest-levenshtein');
  const meant = path.toLowerCase();
  const byDistance = known.map((candidate) => ({ candidate, steps: distance(meant, candidate) }));
  const [nearest] = byDistance.sort((a, b) => a.steps - b.steps);
  if (nearest === undefined || nearest.steps > Math.max(2, Math.floor(nearest.candidate.length / 4))) return undefined;
  return nearest.candidate;
}
