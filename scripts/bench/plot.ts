import type { ColdStart } from './cold-start.ts';
import type { Race } from './report.ts';
import { pairedRatio } from './statistics.ts';

type Bar = { label: string; value: number; ours: boolean };
const ROW = 22;
const LEFT = 190;
const WIDTH = 720;

/** Two groups of bars: cold starts beside the empty function, and requests per second beside the hand-written function. */
export function drawPlot(starts: readonly ColdStart[], races: readonly Race[]): string {
  const cold = starts.map(({ name, ratio }) => ({ label: name, value: ratio, ours: name !== 'empty function' }));
  const warm = races.filter(({ operation, connections }) => operation !== 'login' && connections > 1).flatMap(barsOf);
  const groups = [
    { title: 'Cold start to the first answer, empty function = 1 (shorter is better)', bars: cold },
    { title: 'Requests per second at 32 connections, hand-written function = 1 (longer is better)', bars: warm },
  ];
  let y = 10;
  const parts = groups.map(({ title, bars }) => {
    const drawn = group(title, bars, y);
    y += 40 + bars.length * ROW;
    return drawn;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="12">
<title>Cold starts and requests per second, beside others</title>
<rect width="${WIDTH}" height="${y}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function barsOf({ operation, rounds }: Race): Bar[] {
  const base = (rounds.get('(b) by hand') ?? []).map((burst) => burst.perSecond);
  // Who has finished nothing within a burst has no place in a picture; the table says so.
  const finishers = [...rounds].filter(([, bursts]) => bursts.some((burst) => burst.perSecond > 0));
  return finishers.map(([name, bursts]) => ({
    label: `${operation}: ${name}`,
    value: pairedRatio(
      bursts.map((burst) => burst.perSecond),
      base,
    ),
    ours: name === 'ours',
  }));
}

function group(title: string, bars: readonly Bar[], top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ label, value, ours }, index) => {
    const y = top + 30 + index * ROW;
    const width = Math.max(1, ((WIDTH - LEFT - 60) * value) / longest);
    return `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${label}</text><rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="16" fill="${ours ? '#d9480f' : '#adb5bd'}"/><text x="${LEFT + width + 6}" y="${y + 12}">${value.toFixed(2)}</text>`;
  });
  return `<text x="10" y="${top + 16}" font-weight="bold">${title}</text>\n${lines.join('\n')}`;
}
