import { connect } from '#scripts/project/connect.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { sweep } from '#shared/services/media/sweep.ts';
import { describeSweep } from './report.ts';

const USAGE = `Usage: npm run media -- <command>
  check   what the sweep would find now, with counts and bytes; changes nothing
  sweep   the sweep itself, from beginning to end`;

const [command] = process.argv.slice(2);
try {
  if (command !== 'check' && command !== 'sweep') throw new Error(USAGE);
  const { gateway, store } = connect();
  const dry = command === 'check';
  const keeper = { gateway, store, clock: systemClock };
  const report = await sweep(keeper, { dry, budgetMs: Number.POSITIVE_INFINITY });
  console.log(describeSweep(report, dry ? 'would be' : 'were'));
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  console.error(`${error instanceof Error ? error.message : error}${cause}`);
  process.exitCode = 1;
}
