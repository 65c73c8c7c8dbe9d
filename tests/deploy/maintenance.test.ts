import { InputFile } from 'node-appwrite/file';
import { expect, it } from 'vitest';
import { checkMedia, checkSchedules } from '#scripts/doctor/check-maintenance.ts';
import type { Finding } from '#scripts/doctor/finding.ts';
import { connect } from '#scripts/project/connect.ts';
import { makePhoto } from '#scripts/smoke/photo.ts';
import { storeFile } from '#shared/appwrite/media.ts';
import { HOUR, systemClock } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { reconcileNow } from '#shared/services/maintenance/reconciliation.ts';
import { linesOf, useProject } from './support/project.ts';

/** A project on a local Appwrite whose clock is two hours slow, so that the doctor sees an old deployment. */
const project = useProject('all', { now: () => Date.now() - 2 * HOUR });

/** What the doctor finds about files and the daily pass. */
const passFindings = async (level: Finding['level']) => linesOf(await checkMedia(connect(project.target)), level);

/** Deploys the present code of a function again. */
async function deployAgain(functionId: string): Promise<void> {
  const { functions } = project.remote;
  const { deploymentId } = await functions.get({ functionId });
  const code = await functions.getDeploymentDownload({ functionId, deploymentId });
  const file = InputFile.fromBuffer(Buffer.from(code), 'code.tar.gz');
  await functions.createDeployment({ functionId, code: file, activate: true });
  await expect.poll(async () => (await functions.get({ functionId })).deploymentId).not.toBe(deploymentId);
}

it('the doctor reports a schedule that does not run, files that wait to be removed, and a pass that has stopped', async () => {
  const orphan = { bucketId: 'media', fileId: `${randomId()}-0`, permissions: [] };
  await project.remote.storage.createFile({ ...orphan, file: InputFile.fromBuffer(makePhoto(), 'photo.png') });
  expect(await project.findingsOf(checkSchedules)).toEqual([
    // The wording depends on whether a minute passed during the deployment.
    expect.stringMatching(/^schedule of maintenance: (has never run|has not run since|last ran .*, too long ago)/),
    expect.stringMatching(/^schedule of notifications: (has never run|has not run since|last ran .*, too long ago)/),
  ]);
  const [waiting = ''] = await passFindings('warning');
  expect(waiting).toMatch(/^bucket: 1 files without a complaint, \d+ bytes$/);

  // The first tick registers the schedule, the next one finds it due.
  project.local.clock.advance(1);
  project.local.clock.advance(2 * HOUR);
  await project.local.settle();
  expect(await project.findingsOf(checkSchedules)).toEqual([]);
  expect(await passFindings('warning')).toEqual([waiting]);
  // A failed run is reported until newer code is deployed, of which that run says nothing.
  const failing = project.local.faults.add({ kind: 'server-error', functionId: 'maintenance', times: 0 });
  project.local.clock.advance(HOUR / 6);
  await project.local.settle();
  failing.remove();
  expect(await project.findingsOf(checkSchedules)).toEqual([
    expect.stringMatching(/^schedule of maintenance: last ran \S+ and failed: .*unavailable/),
  ]);
  await deployAgain('maintenance');
  expect(await project.findingsOf(checkSchedules)).toEqual([]);
  project.local.clock.advance(HOUR / 6);
  await project.local.settle();
  expect(await project.findingsOf(checkSchedules)).toEqual([]);
  // The deployment has made a pass, so the next one is due a day later, and removes the file another day later.
  for (const day of [1, 2]) {
    project.local.clock.advance(25 * HOUR);
    await project.local.settle();
    expect(await passFindings('warning')).toEqual(day === 1 ? [waiting] : []);
  }

  // More files than the limit are not removed without an order.
  const deps = {
    ...connect(project.target),
    clock: { ...systemClock, now: () => new Date(project.local.clock.now()) },
  };
  const bytes = makePhoto();
  await Promise.all(
    Array.from({ length: 21 }, async () => {
      const id = `${randomId()}-0`;
      await storeFile(deps.gateway, { id, name: `${id}.png`, parts: [bytes] });
    }),
  );
  project.local.clock.advance(2 * HOUR);
  await reconcileNow(deps);
  project.local.clock.advance(25 * HOUR);
  await reconcileNow(deps);
  const stopped = (await passFindings('failure')).filter((text) => text.startsWith('removal: '));
  expect(stopped).toEqual([expect.stringContaining('21 files without a complaint of 21 looked at')]);
  expect(stopped[0]).toContain('npm run media -- sweep --over-limit');
  await reconcileNow(deps, { overLimit: true });
  expect((await passFindings('failure')).filter((text) => text.startsWith('removal: '))).toEqual([]);
});
