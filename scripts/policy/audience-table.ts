import { AUDIENCE, AUDIENCES, HAPPENINGS, type Level } from '#shared/domain/audience.ts';

const CELLS: Readonly<Record<Level, string>> = { important: 'important', all: 'all', silent: '–' };

/** `shared/domain/audience.ts` as a Markdown table with one row for each happening. */
export function audienceTable(): string {
  const rows = HAPPENINGS.map((happening) => [
    `\`${happening}\``,
    ...AUDIENCES.map((audience) => CELLS[AUDIENCE[happening][audience]]),
  ]);
  const all = [['what happened', ...AUDIENCES.map((audience) => `the ${audience}`)], ...rows];
  const widths = (all[0] ?? []).map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const [head = '', ...lines] = all.map(
    (row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return `${[head, rule, ...lines].join('\n')}

\`important\`: told unless \`notify\` is \`none\`. \`all\`: told only when it is \`all\`. –: never told. Whoever did it is not told,
but for the receipt of a filing. Made from \`shared/domain/audience.ts\` by \`npm run policy\`.`;
}
