import * as fc from 'fast-check';
import { buildFunctions } from '#scripts/build/functions.ts';
import { pageThrough, pagings } from '#tests/support/changing-list.ts';
import { startService } from '#tests/support/harness.ts';
import { race } from '#tests/support/race.ts';
import { steps, walkThrough } from '#tests/support/workflow.ts';

const RACE = { writers: 32, changes: 50 };
const WALKS = 400;
const PAGINGS = 2_000;

await buildFunctions({ quiet: true });
const service = await startService();

async function timed(what: string, work: () => Promise<string>): Promise<void> {
  const started = performance.now();
  const result = await work();
  console.log(`${what}: ${result} (${((performance.now() - started) / 1_000).toFixed(1)} s)`);
}

try {
  const [reporter, stranger, staff, admin] = await service.people('user', 'user', 'staff', 'admin');
  const cast = { reporter, stranger, staff, admin };
  await timed(`${RACE.writers} writers x ${RACE.changes} changes of one complaint`, async () => {
    const { acknowledged, entries, version, lost, refused } = await race(service, RACE);
    if (lost > 0 || acknowledged !== entries || entries !== version) process.exitCode = 1;
    return `${acknowledged} acknowledged = ${entries} entries = ${version} versions, ${lost} lost, ${refused} tried again`;
  });
  await timed(`${WALKS} random walks through the status table`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, (walk) => walkThrough(service, cast, walk)),
      { numRuns: WALKS },
    );
    return 'every answer and every stored state as the contract says';
  });
  await timed(`${PAGINGS} times through a list that changes`, async () => {
    await fc.assert(
      fc.asyncProperty(pagings, (paging) => pageThrough(service, staff, paging)),
      { numRuns: PAGINGS },
    );
    return 'each complaint that was there throughout exactly once';
  });
} finally {
  await service.close();
}
