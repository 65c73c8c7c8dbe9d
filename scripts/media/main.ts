import { runCommand, UsageError } from '#scripts/project/command.ts';
import { connect, requireAppwrite, targetOf } from '#scripts/project/connect.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { reconcileNow } from '#shared/services/maintenance/reconciliation.ts';
import { describeStop } from '#shared/services/maintenance/remove-leftovers.ts';
import { describePass } from './report.ts';

await runCommand({
  usage: `Usage: npm run media -- check | sweep [--over-limit]
  check         show what a daily pass would find now, and change nothing
  sweep         do the pass: record leftovers, and remove those that were first recorded a day ago or earlier
  --over-limit  sweep removes even more than a daily pass may (over 5 % of a kind, and over 20)`,
  options: { 'over-limit': { type: 'boolean', default: false } },
  maxArguments: 1,
  async run(values, [command]) {
    if (command !== 'check' && command !== 'sweep') throw new UsageError('Say check or sweep.');
    const { gateway, store } = connect(await requireAppwrite(targetOf()));
    const request = { dry: command === 'check', overLimit: values['over-limit'] };
    const report = await reconcileNow({ gateway, store, clock: systemClock }, request);
    console.log(describePass(report));
    for (const stop of report.stopped) console.log(`\nStopped: ${describeStop(stop)}`);
  },
});
