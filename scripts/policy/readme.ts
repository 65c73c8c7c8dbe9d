const START = '<!-- policy:start -->';
const END = '<!-- policy:end -->';

/** The README with `tables` between its markers, whatever stood there; throws when it has no markers. */
export function withPolicy(readme: string, tables: string): string {
  const from = readme.indexOf(START);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md needs ${START} and ${END}`);
  return `${readme.slice(0, from + START.length)}\n${tables}\n${readme.slice(to)}`;
}
