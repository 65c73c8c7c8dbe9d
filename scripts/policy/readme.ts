/** The README with `tables` between the markers of a name, whatever stood there; throws when it has no such markers. */
export function withTables(readme: string, name: 'policy' | 'audience', tables: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md needs ${start} and ${end}`);
  return `${readme.slice(0, from + start.length)}\n${tables}\n${readme.slice(to)}`;
}
