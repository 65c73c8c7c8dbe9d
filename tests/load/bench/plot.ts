import type { ColdStart } from './cold-start.ts';
import type { Growth } from './growth.ts';
import { pairedRatio } from './statistics.ts';
import type { Burst, Race } from './throughput.ts';

type Bar = { label: string; value: number; ours: boolean };
type Group = { title: string; bars: Bar[] };
export type Figures = { starts: readonly ColdStart[]; races: readonly Race[]; growth: readonly Growth[] };

const ROW = 20;
const LEFT = 215;
const WIDTH = 745;
/** Lists that show how time grows, or does not, with the number of complaints. */
const GROWING = ['page 1', 'the last row by cursor', 'status and category'];

/** Groups of bars: cold starts beside the empty function, speed beside the hand-written one, lists as complaints grow. */
export function drawPlot({ starts, races, growth }: Figures): string {
  const cold = starts.map(({ name, ratio }) => ({ label: name, value: ratio, ours: name !== 'empty function' }));
  const groups: Group[] = [
    { title: 'Cold start to the first answer, empty function = 1 (shorter is better)', bars: cold },
    ...races.filter(({ operation, connections }) => connections > 1 && operation !== 'login').map(speedOf),
    ...races.filter(({ operation, connections }) => connections === 16 && operation === 'login').map(speedOf),
    ...(growth.length > 0
      ? [{ title: 'Milliseconds of a list (shorter is better)', bars: growth.flatMap(barsOf) }]
      : []),
  ];
  let y = 4;
  const parts = groups.map((one) => {
    const drawn = drawGroup(one, y);
    y += 36 + one.bars.length * ROW;
    return drawn;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="12">
<title>Cold starts, requests per second beside others, and lists as complaints grow</title>
<rect width="${WIDTH}" height="${y}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

const speeds = (bursts: readonly Burst[]) => bursts.map((burst) => burst.perSecond);

function speedOf({ operation, connections, rounds }: Race): Group {
  const base = operation === 'login' && rounds.has('(d) Django') ? '(d) Django' : '(b) by hand';
  const others = rounds.get(base) ?? [];
  const title = `${operation} at ${connections} connections, requests per second, ${base} = 1 (longer is better)`;
  const bars = [...rounds].map(([label, bursts]) => ({
    label,
    value: pairedRatio(speeds(bursts), speeds(others)),
    ours: label === 'ours',
  }));
  return { title, bars };
}

function barsOf({ complaints, measured }: Growth): Bar[] {
  return measured
    .filter(({ what }) => GROWING.includes(what))
    .map(({ what, ms }) => ({ label: `${what}, ${complaints.toLocaleString('en')}`, value: ms, ours: true }));
}

function drawGroup({ title, bars }: Group, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ label, value, ours }, index) => {
    const y = top + 28 + index * ROW;
    const width = Math.max(1, ((WIDTH - LEFT - 60) * value) / longest);
    return `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${label}</text><rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="14" fill="${ours ? '#d9480f' : '#adb5bd'}"/><text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 12}">${value.toFixed(2)}</text>`;
  });
  return `<text x="10" y="${top + 16}" font-weight="bold">${title}</text>\n${lines.join('\n')}`;
}
