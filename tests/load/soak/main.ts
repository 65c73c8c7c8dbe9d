import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, UsageError, wholeNumber } from '#scripts/project/command.ts';
import { runSoak, type SoakReport } from './run.ts';

await runCommand({
  usage: `Usage: npm run soak -- [--minutes 1] [--rate 20] [--faults 2]
  Sends mixed load while calls to Appwrite fail and events are lost or doubled; then compares what clients were told with
  what is stored. Fails on an unexpected answer, a loss, a leftover, or when memory or open handles grow.
  --rate     requests a second
  --faults   percent of the calls that fail`,
  options: {
    minutes: { type: 'string', default: '1' },
    rate: { type: 'string', default: '20' },
    faults: { type: 'string', default: '2' },
  },
  async run(values) {
    const seconds = 60 * wholeNumber('--minutes', values.minutes, { min: 1, max: 10_000 });
    const perSecond = wholeNumber('--rate', values.rate, { min: 1, max: 10_000 });
    const percent = Number(values.faults);
    if (!(percent > 0 && percent <= 100)) throw new UsageError(`--faults must be a percentage, not "${values.faults}"`);
    await buildFunctions({ quiet: true });
    const report = await runSoak({ seconds, perSecond, faultShare: percent / 100 });
    print(report, seconds);
    return isGood(report) ? 0 : 1;
  },
});

function print(report: SoakReport, seconds: number): void {
  const { requests, statuses, injected, unexpected, findings, early, late } = report;
  console.log(
    `${requests} requests in ${seconds} s; ${injected.calls} calls and ${injected.events} events disturbed by faults.`,
  );
  console.log(
    [...statuses]
      .map(([what, count]) => `${what}: ${count}`)
      .sort()
      .join(', '),
  );
  const line = ({ memoryMb, handles }: typeof early) => `${memoryMb.toFixed(0)} MB, ${handles} handles`;
  console.log(`Functions: ${line(early)} early, ${line(late)} late.`);
  console.log(`Unexpected answers ${unexpected.length}.`, findings);
  for (const answer of unexpected.slice(0, 20)) console.log(answer);
}

function isGood({ unexpected, findings, early, late }: SoakReport): boolean {
  const bad = unexpected.length + Object.values(findings).reduce((sum, count) => sum + count, 0);
  return bad === 0 && !(late.memoryMb > early.memoryMb * 1.25 + 20 || late.handles > early.handles + 20);
}
