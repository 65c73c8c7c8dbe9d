import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand } from '#scripts/project/command.ts';
import { startService } from '#tests/support/harness.ts';
import { quantile } from '#tests/support/statistics.ts';
import { failures, fileAndChange, type Measured } from '#tests/support/tails.ts';

const ROUNDS = 96;
const WORKERS = 12;

await runCommand({
  usage: `Usage: npm run tails -- [--no-proxy]
  Times the slowest requests when many clients file and change complaints at once, against a local Appwrite with
  ${WORKERS} workers and the delays of a real one. Fails on a 5xx, or when something acknowledged is lost.
  --no-proxy   its workers do not know the domains of functions, so that executions may hold all of them`,
  options: { 'no-proxy': { type: 'boolean', default: false } },
  async run(values) {
    const serving = { workers: WORKERS, proxy: !values['no-proxy'], delays: true };
    await buildFunctions({ quiet: true });
    console.log(`${WORKERS} workers, ${ROUNDS} requests in each row; milliseconds`);
    console.log(['clients', 'requests', '/s', 'p50', 'p95', 'max', 'p95/p50', '5xx'].map(cell).join(''));
    let failed = 0;
    for (const clients of [1, 8, 16]) {
      const service = await startService({}, serving);
      try {
        await fileAndChange(service, { clients: 1, rounds: 2 });
        const { filed, changed, seconds, lost } = await fileAndChange(service, { clients, rounds: ROUNDS / clients });
        row(clients, 'file', filed, seconds);
        row(clients, 'change', changed, seconds);
        if (lost.length > 0) throw new Error(`Lost: ${lost.join(', ')}`);
        failed += failures(filed) + failures(changed);
      } finally {
        await service.close();
      }
    }
    return failed > 0 ? 1 : 0;
  },
});

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
