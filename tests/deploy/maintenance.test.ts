import { InputFile } from 'node-appwrite/file';
import { expect, it } from 'vitest';
import { connect } from '#scripts/project/connect.ts';
import { makePhoto } from '#scripts/smoke/photo.ts';
import { storeFile } from '#shared/appwrite/media.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { reconcileNow } from '#shared/services/maintenance/reconciliation.ts';
import { useProject } from './support/project.ts';

const HOURS = 3_600_000;
/** An Appwrite that was deployed to two hours ago, as the doctor sees it. */
const world = useProject('all', { now: () => Date.now() - 2 * HOURS });

/** Deploys the code of a function once more. */
async function deployAgain(functionId: string): Promise<void> {
  const { functions } = world.remote;
  const { deploymentId } = await functions.get({ functionId });
  const code = await functions.getDeploymentDownload({ functionId, deploymentId });
  const file = InputFile.fromBuffer(Buffer.from(code), 'code.tar.gz');
  await functions.createDeployment({ functionId, code: file, activate: true });
  await expect.poll(async () => (await functions.get({ functionId })).deploymentId).not.toBe(deploymentId);
}

it('tells that the schedule does not run, which files wait to be removed, and that a pass has stopped', async () => {
  const orphan = { bucketId: 'media', fileId: `${randomId()}-0`, permissions: [] };
  await world.remote.storage.createFile({ ...orphan, file: InputFile.fromBuffer(makePhoto(), 'photo.png') });
  expect(await world.complaints()).toEqual([
    // The minute may have changed while it was deployed.
    expect.stringMatching(/^schedule of maintenance: (has never run|has not run since|last ran .*, too long ago)/),
    expect.stringMatching(/^schedule of notifications: (has never run|has not run since|last ran .*, too long ago)/),
  ]);
  const [waiting = ''] = await world.complaints('warning');
  expect(waiting).toMatch(/^bucket: 1 files without a complaint, \d+ bytes$/);

  // The first tick sees the schedule, the next one that it is due.
  world.local.clock.advance(1);
  world.local.clock.advance(2 * HOURS);
  await world.local.settle();
  expect(await world.complaints()).toEqual([]);
  expect(await world.complaints('warning')).toEqual([waiting]);
  // A run that failed is told until newer code is there, which that run says nothing of.
  const failing = world.local.faults.add({ kind: 'server-error', functionId: 'maintenance', times: 0 });
  world.local.clock.advance(HOURS / 6);
  await world.local.settle();
  failing.remove();
  expect(await world.complaints()).toEqual([
    expect.stringMatching(/^schedule of maintenance: last ran \S+ and failed: .*unavailable/),
  ]);
  await deployAgain('maintenance');
  expect(await world.complaints()).toEqual([]);
  world.local.clock.advance(HOURS / 6);
  await world.local.settle();
  expect(await world.complaints()).toEqual([]);
  // The deployment has made a pass, so the next one is due a day later, and removes a day after that.
  for (const day of [1, 2]) {
    world.local.clock.advance(25 * HOURS);
    await world.local.settle();
    expect(await world.complaints('warning')).toEqual(day === 1 ? [waiting] : []);
  }

  // Too many at once are not removed without being asked.
  const deps = { ...connect(world.target), clock: { ...systemClock, now: () => new Date(world.local.clock.now()) } };
  const bytes = makePhoto();
  await Promise.all(
    Array.from({ length: 21 }, async () => {
      const id = `${randomId()}-0`;
      await storeFile(deps.gateway, { id, name: `${id}.png`, parts: [bytes] });
    }),
  );
  world.local.clock.advance(2 * HOURS);
  await reconcileNow(deps);
  world.local.clock.advance(25 * HOURS);
  await reconcileNow(deps);
  const stopped = (await world.complaints()).filter((text) => text.startsWith('removal: '));
  expect(stopped).toEqual([expect.stringContaining('21 files without a complaint of 21 looked at')]);
  expect(stopped[0]).toContain('npm run media -- sweep --over-limit');
  await reconcileNow(deps, { overLimit: true });
  expect((await world.complaints()).filter((text) => text.startsWith('removal: '))).toEqual([]);
});
