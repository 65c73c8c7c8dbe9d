import { cpus, loadavg } from 'node:os';
import { runCommand, UsageError, wholeNumber } from '#scripts/project/command.ts';
import { quantile } from '#tests/support/statistics.ts';
import { type ColdStart, measureColdStarts } from './cold-start.ts';
import { makeProject } from './project.ts';
import { CALLERS, failuresOf, measureWaits, type Waits } from './waits.ts';

const MOST_COLD_RATIO = 1.8;

await runCommand({
  usage: `Usage: npm run bench -- [--clients 1,8,16] [--requests 96] [--starts 9]
  Measures what users wait for, against a local Appwrite with 12 workers and the delays of a real one, beside a function
  written by hand over node:http and one over the stock SDK; then the cold start of each function beside an empty one.
  --clients    how many clients ask at once, one after the other of these numbers
  --requests   how many requests each figure is made of; a quarter of them for logins
  --starts     cold starts of each function
Fails when a request of the product is not answered with success, when the hand-written functions do not make the same calls,
or when a cold start takes more than ${MOST_COLD_RATIO} times that of the empty function.`,
  options: {
    clients: { type: 'string', default: '1,8,16' },
    requests: { type: 'string', default: '96' },
    starts: { type: 'string', default: '9' },
  },
  async run(values) {
    const clients = values.clients.split(',').map((text) => wholeNumber('--clients', text, { min: 1, max: 64 }));
    const requests = wholeNumber('--requests', values.requests, { min: 1, max: 100_000 });
    const starts = wholeNumber('--starts', values.starts, { min: 1, max: 1_000 });
    if (new Set(clients).size !== clients.length) throw new UsageError('--clients names a number twice');
    console.log(
      `Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}\n`,
    );
    const project = await makeProject();
    try {
      const { waits, differences } = await measureWaits(project, { clients, requests });
      console.log(`${waitsTable(waits)}\n`);
      for (const difference of differences) console.log(`Not the same calls: ${difference}`);
      const cold = await measureColdStarts(project, starts);
      console.log(coldTable(cold));
      const failed = waits.some((one) => one.contestant === 'ours' && failuresOf(one) > 0);
      const slow = cold.some(({ ratio }) => ratio > MOST_COLD_RATIO);
      return failed || slow || differences.length > 0 ? 1 : 0;
    } finally {
      await project.remove();
    }
  },
});

function waitsTable(waits: readonly Waits[]): string {
  const ours = waits.filter(({ contestant }) => contestant === CALLERS[0]);
  const rows = ours.map(({ operation, clients }) => {
    const cells = CALLERS.map((caller) => {
      const found = waits.find(
        (one) => one.operation === operation && one.clients === clients && one.contestant === caller,
      );
      const { milliseconds = [] } = found?.measured ?? {};
      const [p50, p95] = [quantile(milliseconds, 0.5), quantile(milliseconds, 0.95)].map((time) => time.toFixed(0));
      return `${p50} / ${p95} / ${found ? failuresOf(found) : 0}`;
    });
    return [operation, String(clients), ...cells];
  });
  return table(['p50 / p95 ms / failed', 'clients', ...CALLERS], rows);
}

function coldTable(cold: readonly ColdStart[]): string {
  const rows = cold.map(({ functionId, milliseconds, ratio }) => [
    functionId,
    milliseconds.toFixed(0),
    ratio.toFixed(2),
  ]);
  return table(['cold start', 'ms', `ratio (at most ${MOST_COLD_RATIO})`], rows);
}

/** A Markdown table with aligned columns. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}
