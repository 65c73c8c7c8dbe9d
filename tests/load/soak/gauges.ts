import { readdirSync, readFileSync } from 'node:fs';
import { median } from '#tests/support/statistics.ts';

export type Gauge = { memoryMb: number; handles: number };

/** The command line of a function's process; a build process that is still running has another one. */
const FUNCTION_COMMAND = /\/runtime\/server\.ts\0/;

/** Memory and open handles of the functions' processes, which are children of this one; undefined without /proc. */
function readGauge(): Gauge | undefined {
  try {
    const all = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
    const children = all.filter((pid) => FUNCTION_COMMAND.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')));
    const sizes = children.map((pid) =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
    );
    const handles = children.map((pid) => readdirSync(`/proc/${pid}/fd`).length);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    return { memoryMb: sum(sizes) / 1024, handles: sum(handles) };
  } catch {
    return undefined;
  }
}

/** Samples twice a second. `early` is the median of the second quarter of the time, `late` of the last one. */
export function startGauges(): { stop(): { early: Gauge; late: Gauge } } {
  const seen: Gauge[] = [];
  const timer = setInterval(() => {
    const gauge = readGauge();
    if (gauge) seen.push(gauge);
  }, 500);
  const middle = (from: number, to: number): Gauge => {
    const part = seen.slice(Math.floor(seen.length * from), Math.ceil(seen.length * to));
    return { memoryMb: median(part.map((one) => one.memoryMb)), handles: median(part.map((one) => one.handles)) };
  };
  return {
    stop() {
      clearInterval(timer);
      return { early: middle(0.25, 0.5), late: middle(0.75, 1) };
    },
  };
}
