import { parseArgs } from 'node:util';
import { connect } from '#scripts/project/connect.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { reconcileNow } from '#shared/services/maintenance/reconciliation.ts';
import { describeStop } from '#shared/services/maintenance/removal.ts';
import { describePass } from './report.ts';

const USAGE = `Usage: npm run media -- <command> [options]

  check    tells what a pass through everything finds now; changes nothing
  sweep    the pass itself: notes leftovers, and removes those that were first noted a day ago or earlier

  --over-limit   sweep removes also what is more than a pass removes by itself (over 5 % of a kind, and over 20)
  --help         this text`;

async function run(command: string, overLimit: boolean): Promise<void> {
  const { gateway, store } = connect();
  const dry = command === 'check';
  const report = await reconcileNow({ gateway, store, clock: systemClock }, { dry, overLimit });
  console.log(describePass(report));
  for (const stop of report.stopped) console.log(`\nStopped: ${describeStop(stop)}`);
}

try {
  const options = { 'over-limit': { type: 'boolean', default: false }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command = ''] = positionals;
  if (values.help) console.log(USAGE);
  else if (positionals.length === 1 && ['check', 'sweep'].includes(command)) await run(command, values['over-limit']);
  else {
    console.error(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  console.error(`${error instanceof Error ? error.message : error}${cause}`);
  process.exitCode = 1;
}
