import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, wholeNumber } from '#scripts/project/command.ts';
import { startService } from '#tests/support/harness.ts';
import { runNotifyStory } from '#tests/support/notify-story.ts';
import { seededRandom } from '#tests/support/seeded-random.ts';

await runCommand({
  usage: `Usage: npm run notify:story -- [--changes 1000] [--seed 1]
  Changes complaints while 2 % of the calls of notifications fail and events are lost and doubled, and prints who was
  told what. Exit code 1 when anybody was not told of a change, or told twice.`,
  options: { changes: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  async run({ changes, seed }) {
    await buildFunctions({ quiet: true });
    const service = await startService(
      { TOKEN_HOURS: '720', STAFF_CHANGES_PER_HOUR: '100000' },
      { notifications: true },
    );
    const random = seededRandom(wholeNumber('--seed', String(seed), { min: 0, max: 1_000_000 }));
    const count = wholeNumber('--changes', String(changes), { min: 1, max: 100_000 });
    try {
      const started = performance.now();
      const report = await runNotifyStory(service, { changes: count, faults: 0.02, random });
      const { faultHits, expected, mails, missing, duplicated, minutes } = report;
      console.log(`${report.changes} changes, ${faultHits} faults struck, ${expected} things to tell, ${mails} mails`);
      console.log(`${missing.length} untold, ${duplicated.length} told twice`, ...missing, ...duplicated);
      console.log(`minutes until told: p50 ${minutes.p50}, p95 ${minutes.p95}, of which 2 wait for further changes`);
      console.log(`${Math.round((performance.now() - started) / 1000)} s`);
      return missing.length + duplicated.length === 0 ? 0 : 1;
    } finally {
      await service.close();
    }
  },
});
