import { audienceTable } from './audience-table.ts';
import { statusTable } from './status-table.ts';
import { policyTables } from './table.ts';

/** `readme` with new tables between the markers of this name. Throws when it lacks the markers. */
function withTables(readme: string, name: string, tables: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = readme.indexOf(start);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The README of shared/domain needs ${start} and ${end}`);
  return `${readme.slice(0, from + start.length)}\n${tables}\n${readme.slice(to)}`;
}

/** The README of shared/domain with tables generated from the code: policy, status, and audience. */
export function withRules(readme: string): string {
  const tables = { policy: policyTables(), status: statusTable(), audience: audienceTable() };
  return Object.entries(tables).reduce((text, [name, table]) => withTables(text, name, table), readme);
}
