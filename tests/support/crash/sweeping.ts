import { createAccess, removeFile, storeFile } from '#shared/appwrite/media.ts';
import { imageFileId, randomId } from '#shared/domain/ids.ts';
import { fileOne } from './removal.ts';
import { expectComplaints, type Stage, type Story, sweepLater } from './stories.ts';

/** Every kind of leftover there is: files of nobody, a timeline of nobody, a complaint that has lost a picture. */
async function leaveBehind(stage: Stage): Promise<void> {
  const { gateway, store } = stage.service.connection;
  const bytes = stage.pictures[0] ?? new Uint8Array();
  for (const index of [0, 1, 2]) {
    const id = imageFileId('0'.repeat(20), index);
    await storeFile(gateway, { id, name: `${id}.jpg`, parts: [bytes] });
    await createAccess(gateway, id);
  }
  const entry = { number: 1, role: 'user', kind: 'created', status: 'created', progress: 0, internal: false };
  await store.timeline.insert(randomId(), { ...entry, complaintId: 'z'.repeat(20) });
  const damaged = await fileOne(stage);
  await removeFile(gateway, imageFileId(damaged, 1));
}

const sweeping = (name: string, path: string): Story => ({
  name: `cron sweep, its calls to ${name}`,
  where: { functionId: 'media-cleanup', path },
  async lane(stage) {
    const { local } = stage.service;
    await leaveBehind(stage);
    return {
      local,
      async story() {
        local.clock.advance(7_200_000);
        await local.settle();
        return { tries: [] };
      },
      recover: () => sweepLater(stage.service),
      check: () => expectComplaints(stage, [2]),
    };
  },
});

export const sweepingStories = [
  sweeping('files', '/v1/storage/**'),
  sweeping('timelines', '/v1/tablesdb/main/tables/timeline/**'),
  sweeping('transactions', '/v1/tablesdb/transactions/**'),
  sweeping('places', '/v1/tablesdb/main/tables/state/**'),
];
