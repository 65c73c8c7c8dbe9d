import { TRANSITIONS } from '#shared/domain/status.ts';

const START = '<!-- status:start -->';
const END = '<!-- status:end -->';

type Rule = (typeof TRANSITIONS)[number];

function whoOf({ who, withinDays }: Rule): string {
  return `${who.join(', ')}${withinDays === undefined ? '' : ` within ${withinDays} days`}`;
}

function tableOf(): string[] {
  const rows = TRANSITIONS.map((rule) => {
    return `| ${rule.from.join(', ')} | ${rule.to.join(', ')} | ${whoOf(rule)} | ${rule.needsNote ? 'note' : ''} |`;
  });
  return ['| from | to | who | needs |', '|---|---|---|---|', ...rows];
}

/** One arrow for each pair, however many rules lead along it. */
function diagramOf(): string[] {
  const pairs = TRANSITIONS.flatMap(({ from, to }) => from.flatMap((one) => to.map((next) => `  ${one} --> ${next}`)));
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> created', ...new Set(pairs), '```'];
}

/** The README with the status table and its picture between the markers, whatever stood there; throws when it has no markers. */
export function withStatusTable(readme: string): string {
  const from = readme.indexOf(START);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error(`README.md needs ${START} and ${END}`);
  const drawn = [...tableOf(), '', ...diagramOf()].join('\n');
  return `${readme.slice(0, from + START.length)}\n\n${drawn}\n\n${readme.slice(to)}`;
}
