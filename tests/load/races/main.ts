import * as fc from 'fast-check';
import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, wholeNumber } from '#scripts/project/command.ts';
import { pageThrough, pagings } from '#tests/support/changing-list.ts';
import { type Service, startService } from '#tests/support/harness.ts';
import { race } from '#tests/support/race.ts';
import { steps, walkThrough } from '#tests/support/workflow.ts';

type Counts = { writers: number; changes: number; walks: number; pagings: number };

async function timed(what: string, work: () => Promise<string>): Promise<void> {
  const started = performance.now();
  const result = await work();
  console.log(`${what}: ${result} (${((performance.now() - started) / 1_000).toFixed(1)} s)`);
}

/** Throws for a wrong walk or paging; resolves to whether the writers lost nothing. */
async function runRaces(service: Service, { writers, changes, walks, pagings: times }: Counts): Promise<boolean> {
  const [reporter, stranger, staff, admin] = await service.people('user', 'user', 'staff', 'admin');
  const cast = { reporter, stranger, staff, admin };
  let isRight = true;
  await timed(`${writers} writers x ${changes} changes of one complaint`, async () => {
    const { acknowledged, entries, version, lost, refused } = await race(service, { writers, changes });
    isRight = lost === 0 && acknowledged === entries && entries === version;
    return `${acknowledged} acknowledged = ${entries} entries = ${version} versions, ${lost} lost, ${refused} tried again`;
  });
  await timed(`${walks} random walks through the status table`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, (walk) => walkThrough(service, cast, walk)),
      { numRuns: walks },
    );
    return 'every answer and every stored state as the contract says';
  });
  await timed(`${times} times through a list that changes`, async () => {
    await fc.assert(
      fc.asyncProperty(pagings, (paging) => pageThrough(service, staff, paging)),
      { numRuns: times },
    );
    return 'each complaint that was there throughout exactly once';
  });
  return isRight;
}

await runCommand({
  usage: `Usage: npm run races -- [--writers 32] [--changes 50] [--walks 400] [--pagings 2000]
  Lets many writers change one complaint, walks at random through the status table, and pages through a list while others
  write. Fails when a change is lost, or when an answer or a stored state contradicts the contract.`,
  options: {
    writers: { type: 'string', default: '32' },
    changes: { type: 'string', default: '50' },
    walks: { type: 'string', default: '400' },
    pagings: { type: 'string', default: '2000' },
  },
  async run(values) {
    const count = (name: keyof Counts) => wholeNumber(`--${name}`, values[name], { min: 1, max: 1_000_000 });
    const counts = {
      writers: count('writers'),
      changes: count('changes'),
      walks: count('walks'),
      pagings: count('pagings'),
    };
    await buildFunctions({ quiet: true });
    const service = await startService();
    try {
      return (await runRaces(service, counts)) ? 0 : 1;
    } finally {
      await service.close();
    }
  },
});
