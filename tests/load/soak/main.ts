/** `npm run soak`: mixed load with faults for a minute, or as many as are asked for; then the books are compared. */
import { parseArgs } from 'node:util';
import { buildFunctions } from '#scripts/build/functions.ts';
import { runSoak } from './run.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    rate: { type: 'string', default: '20' },
    faults: { type: 'string', default: '0.02' },
  },
});
await buildFunctions({ quiet: true });
const seconds = 60 * Number(values.minutes);
const report = await runSoak({ seconds, perSecond: Number(values.rate), faultShare: Number(values.faults) });
const { requests, statuses, struck, unexpected, findings, early, late } = report;
console.log(
  `${requests} requests in ${seconds} s; ${struck.calls} calls and ${struck.events} events struck by faults.`,
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
const bad = unexpected.length + Object.values(findings).reduce((sum, count) => sum + count, 0);
const flat = !(late.memoryMb > early.memoryMb * 1.25 + 20 || late.handles > early.handles + 20);
process.exit(bad === 0 && flat ? 0 : 1);
