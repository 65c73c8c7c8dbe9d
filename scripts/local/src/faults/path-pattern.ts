/** `*` matches one segment, `**` any number of segments. */
export function matchesPath(pattern: string, path: string): boolean {
  return matches(segments(pattern), segments(path));
}

function segments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function matches([wanted, ...pattern]: string[], path: string[]): boolean {
  if (wanted === undefined) return path.length === 0;
  if (wanted === '**') return [...path, ''].some((_, skipped) => matches(pattern, path.slice(skipped)));
  const [actual, ...rest] = path;
  return actual !== undefined && (wanted === '*' || wanted === actual) && matches(pattern, rest);
}
