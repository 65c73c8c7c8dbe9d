/**
 * How long the slowest requests take when many clients come at once: filing and changing complaints, against a local
 * Appwrite that serves with 12 workers and the delays of a real one. With `--no-proxy` its workers do not know the
 * domains of functions, so that executions may hold all of them.
 */
import { parseArgs } from 'node:util';
import { buildFunctions } from '#scripts/build/functions.ts';
import { startService } from '#tests/support/harness.ts';
import { quantile } from '#tests/support/statistics.ts';
import { failures, fileAndChange, type Measured } from '#tests/support/tails.ts';

const ROUNDS = 96;
const { values } = parseArgs({ options: { 'no-proxy': { type: 'boolean', default: false } } });
const serving = { workers: 12, proxy: !values['no-proxy'], delays: true };

await buildFunctions({ quiet: true });
console.log(`${serving.workers} workers, ${ROUNDS} requests in each row; milliseconds`);
console.log(['clients', 'requests', '/s', 'p50', 'p95', 'max', 'p95/p50', '5xx'].map(cell).join(''));
for (const clients of [1, 8, 16]) {
  const service = await startService({}, serving);
  try {
    await fileAndChange(service, { clients: 1, rounds: 2 });
    const { filed, changed, seconds, lost } = await fileAndChange(service, { clients, rounds: ROUNDS / clients });
    row(clients, 'file', filed, seconds);
    row(clients, 'change', changed, seconds);
    if (lost.length > 0) throw new Error(`Lost: ${lost.join(', ')}`);
    if (failures(filed) + failures(changed) > 0) process.exitCode = 1;
  } finally {
    await service.close();
  }
}

function row(clients: number, kind: string, measured: Measured, seconds: number): void {
  const { milliseconds } = measured;
  const [median, high] = [quantile(milliseconds, 0.5), quantile(milliseconds, 0.95)];
  const perSecond = (milliseconds.length / seconds).toFixed(1);
  const times = [median, high, Math.max(...milliseconds)].map((time) => time.toFixed(0));
  console.log([clients, kind, perSecond, ...times, (high / median).toFixed(1), failures(measured)].map(cell).join(''));
}

function cell(value: string | number): string {
  return String(value).padStart(9);
}
