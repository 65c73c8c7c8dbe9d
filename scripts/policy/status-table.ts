import { TRANSITIONS } from '#shared/domain/status.ts';

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

/** The diagram, with one arrow for each pair of statuses even if several rules allow it. */
function diagramOf(): string[] {
  const pairs = TRANSITIONS.flatMap(({ from, to }) => from.flatMap((one) => to.map((next) => `  ${one} --> ${next}`)));
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> created', ...new Set(pairs), '```'];
}

/** The transitions as a table and as a diagram. */
export function statusTable(): string {
  return ['', ...tableOf(), '', ...diagramOf(), ''].join('\n');
}
