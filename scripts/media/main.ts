import { runCommand, UsageError } from '#scripts/project/command.ts';
import { connect } from '#scripts/project/connect.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { sweep } from '#shared/services/media/sweep.ts';
import { describeSweep } from './report.ts';

await runCommand({
  usage: `Usage: npm run media -- check | sweep
  check  what the sweep would find now, with counts and bytes; changes nothing
  sweep  the sweep itself, from beginning to end`,
  options: {},
  words: 1,
  async run(_values, [command]) {
    if (command !== 'check' && command !== 'sweep') throw new UsageError('Say check or sweep.');
    const { gateway, store } = connect();
    const dry = command === 'check';
    const keeper = { gateway, store, clock: systemClock };
    const report = await sweep(keeper, { dry, budgetMs: Number.POSITIVE_INFINITY });
    console.log(describeSweep(report, dry ? 'would be' : 'were'));
  },
});
