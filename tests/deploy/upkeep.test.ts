import { InputFile } from 'node-appwrite/file';
import { expect, it } from 'vitest';
import { makePhoto } from '#scripts/smoke/photo.ts';
import { randomId } from '#shared/domain/ids.ts';
import { useProject } from './support/project.ts';

const HOURS = 3_600_000;
/** An Appwrite that was deployed to two hours ago, as the doctor sees it. */
const world = useProject('all', { now: () => Date.now() - 2 * HOURS });

it('tells that the schedule does not run, and what waits for it; is content once it has run', async () => {
  const orphan = { bucketId: 'media', fileId: `${randomId()}-0`, permissions: [] };
  await world.remote.storage.createFile({ ...orphan, file: InputFile.fromBuffer(makePhoto(), 'photo.png') });
  expect(await world.complaints()).toEqual(['schedule of media-cleanup: has never run']);
  const [waiting = ''] = await world.complaints('warning');
  expect(waiting).toMatch(/^bucket: 1 files without a complaint, \d+ bytes$/);

  // The first tick sees the schedule, the next one that it is due.
  world.local.clock.advance(1);
  world.local.clock.advance(2 * HOURS);
  await world.local.settle();
  expect(await world.complaints()).toEqual([]);
  expect(await world.complaints('warning')).toEqual([]);
});
