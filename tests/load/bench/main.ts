import { cpus, loadavg } from 'node:os';
import { runCommand, UsageError, wholeNumber } from '#scripts/project/command.ts';
import { quantile } from '#tests/support/statistics.ts';
import { measureColdStarts } from './cold-start.ts';
import { makeProject } from './project.ts';
import { CALLERS, failuresOf, type Measured, measureWaits } from './waits.ts';

const MAX_COLD_RATIO = 1.8;
const WIDTHS = [21, 7, 15, 15, 15];

await runCommand({
  usage: `Usage: npm run bench -- [--clients 1,8,16] [--requests 96] [--starts 9] [--no-proxy]
  Measures how long users wait, on a local Appwrite with 12 workers and the delays of a real one. Compares the product
  with a function written by hand over fetch and one over the stock SDK, and its cold starts with an empty function.
  --clients    numbers of simultaneous clients, measured one after the other
  --requests   requests for each figure, at least three for each client; a quarter of them for logins
  --starts     cold starts of each function
  --no-proxy   the workers do not know the domains of functions, so that executions may hold all of them
Fails when the product does not answer a request with success, when the hand-written functions make other calls,
or when a cold start takes more than ${MAX_COLD_RATIO} times that of the empty function.`,
  options: {
    clients: { type: 'string', default: '1,8,16' },
    requests: { type: 'string', default: '96' },
    starts: { type: 'string', default: '9' },
    'no-proxy': { type: 'boolean', default: false },
  },
  async run(values) {
    const clients = values.clients.split(',').map((text) => wholeNumber('--clients', text, { min: 1, max: 64 }));
    const requests = wholeNumber('--requests', values.requests, { min: 1, max: 100_000 });
    const starts = wholeNumber('--starts', values.starts, { min: 1, max: 1_000 });
    if (new Set(clients).size !== clients.length) throw new UsageError('--clients contains a number twice');
    console.log(
      `Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}\n`,
    );
    const project = await makeProject();
    try {
      let failed = 0;
      console.log(head(['p50 / p95 ms / failed', 'clients', ...CALLERS]));
      const differences = await measureWaits(
        project,
        { clients, requests, proxy: !values['no-proxy'] },
        ({ operation, clients, measured }) => {
          failed += measured[0] ? failuresOf(measured[0]) : 0;
          console.log(line([operation, String(clients), ...measured.map(cell)]));
        },
      );
      for (const difference of differences) console.log(`Not the same calls: ${difference}`);
      console.log(`\n${head(['cold start', 'ms', 'ratio'])}`);
      const cold = await measureColdStarts(project, starts);
      for (const { functionId, milliseconds, ratio } of cold) {
        console.log(line([functionId, milliseconds.toFixed(0), ratio.toFixed(2)]));
      }
      const slow = cold.filter(({ ratio }) => ratio > MAX_COLD_RATIO).map(({ functionId }) => functionId);
      console.log(`\nMore than ${MAX_COLD_RATIO} times an empty function: ${slow.join(', ') || 'none'}`);
      return failed + slow.length + differences.length > 0 ? 1 : 0;
    } finally {
      await project.remove();
    }
  },
});

function cell(measured: Measured): string {
  const [p50, p95] = [0.5, 0.95].map((share) => quantile(measured.milliseconds, share).toFixed(0));
  return `${p50} / ${p95} / ${failuresOf(measured)}`;
}

/** A row of a Markdown table. Rows are printed one by one, so the columns have fixed widths. */
function line(cells: readonly string[]): string {
  return `| ${cells.map((text, at) => text.padEnd(WIDTHS[at] ?? 0)).join(' | ')} |`;
}

function head(names: readonly string[]): string {
  return `${line(names)}\n${line(names.map((_, at) => '-'.repeat(WIDTHS[at] ?? 0)))}`;
}
