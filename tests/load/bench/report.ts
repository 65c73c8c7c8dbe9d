import type { Calm } from './calm.ts';
import type { ColdStart } from './cold-start.ts';
import type { Growth } from './growth.ts';
import { median, pairedRatio } from './statistics.ts';
import { medians, type Race } from './throughput.ts';

const number = (value: number, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '-');

/** Lines of a Markdown table with aligned columns. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

export function coldStartTable(starts: readonly ColdStart[]): string {
  const rows = starts.map(({ name, ms, ratio, cpuMs, cpuRatio }) => [
    name,
    number(ms, 0),
    number(ratio),
    number(cpuMs, 0),
    number(cpuRatio),
  ]);
  return table(['cold start', 'ms', 'ratio', 'CPU ms', 'ratio of CPU'], rows);
}

/** Ours beside each of the others: requests per second as a ratio, round by round. */
export function raceTable(races: readonly Race[]): string {
  const rows = races.flatMap(({ operation, connections, rounds }) => {
    const ours = rounds.get('ours') ?? [];
    return [...rounds].map(([name, bursts]) => {
      const { perSecond, cpuMs, p50, p99, refused } = medians(bursts);
      const speeds = (of: typeof bursts) => of.map((burst) => burst.perSecond);
      const ratio = name === 'ours' ? '' : number(pairedRatio(speeds(ours), speeds(bursts)));
      const counted = refused > 0 ? `${number(perSecond, 0)} (+${refused} refused)` : number(perSecond, 0);
      return [`${operation} × ${connections}`, name, counted, number(cpuMs, 3), number(p50), number(p99, 1), ratio];
    });
  });
  return table(['request', 'contestant', 'per second', 'CPU ms', 'p50 ms', 'p99 ms', 'ours / this'], rows);
}

/** What a wait for hashes does to requests that need none. */
export function calmTable(calm: readonly Calm[]): string {
  const rows = calm.map(({ what, alone, beside }) => [what, ...[alone, beside].flatMap(({ p50, p99 }) => [p50, p99])]);
  const head = ['ms while 16 logins run', 'p50 alone', 'p99 alone', 'p50 beside', 'p99 beside'];
  return table(
    head,
    rows.map((row) => row.map((cell) => (typeof cell === 'number' ? number(cell) : cell))),
  );
}

/** Milliseconds of each request by how many complaints there are. */
export function growthTable(growth: readonly Growth[]): string {
  const sizes = growth.map(({ complaints }) => complaints.toLocaleString('en'));
  const kinds = growth[0]?.measured.map(({ what }) => what) ?? [];
  const rows = kinds.map((what, at) => [
    what,
    ...growth.map(({ measured }) => number(measured[at]?.ms ?? Number.NaN, 1)),
  ]);
  return table(['ms with so many complaints', ...sizes], rows);
}

/** What was measured of the picture and of a filing apart from races: see programs/picture-time.ts and filing-time.ts. */
export type Filing = { pictureMs: number; share: number };

/** How the time of a filing with a photo compares with that of its own calls, made by itself and by hand, plus the picture. */
export function photoLine(races: readonly Race[], { pictureMs, share }: Filing): string {
  const rounds = races.find(({ operation, connections }) => operation === 'photo' && connections === 1)?.rounds;
  const times = (name: string) => (rounds?.get(name) ?? []).map(({ p50 }) => p50);
  const [ours, byHand] = [times('ours'), times('(b) by hand')];
  const least = byHand.map((ms) => ms + pictureMs);
  const ratio = number(pairedRatio(ours, least));
  const byItself = `A filing with a 2 MB photo takes ${number(share)} × the time of its own calls and the picture`;
  const whole = `with the runtime around it ${number(median(ours))} ms, ${ratio} × a function by hand`;
  return `${byItself}; ${whole} (${number(median(byHand))} ms) plus the picture (${number(pictureMs)} ms).`;
}
