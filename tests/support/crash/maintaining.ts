import { createAccess, removeFile, storeFile } from '#shared/appwrite/media.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { imageFileId, randomId } from '#shared/domain/ids.ts';
import { fileOne } from './removal.ts';
import { expectComplaints, runDailyPasses, type Stage, type Story } from './stories.ts';

const MORE_THAN_A_DAY = 25 * HOUR;

/** Creates every kind of leftover: files and a timeline without a complaint, and a complaint that lacks a picture. */
async function createLeftovers(stage: Stage): Promise<string> {
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
  return damaged;
}

/** Does in the console what maintenance follows up: hides a complaint and demotes its assignee. */
async function editInConsole(stage: Stage, id: string): Promise<void> {
  const { store } = stage.service.connection;
  const row = await store.complaints.find(id);
  if (row) await store.complaints.replace(row, { hidden: true, assignedTo: 'left.long.ago' });
  await store.tasks.insert(randomId(), {
    kind: 'unassign',
    subject: 'left.long.ago',
    dueAt: new Date(stage.service.local.clock.now()).toISOString(),
  });
}

async function expectAllDone(stage: Stage, id: string): Promise<void> {
  await expectComplaints(stage, [2]);
  const row = await stage.service.connection.store.complaints.find(id);
  if (row?.assignedTo !== null) throw new Error('still assigned');
  if (!row.images.every((image) => image.private)) throw new Error('public tokens of a hidden complaint');
}

const maintaining = (name: string, path: string): Story => ({
  name: `maintenance, its calls to ${name}`,
  callFilter: { functionId: 'maintenance', path },
  async lane(stage) {
    const { local } = stage.service;
    const id = await createLeftovers(stage);
    await editInConsole(stage, id);
    return {
      local,
      async story() {
        for (let day = 0; day < 2; day += 1) {
          local.clock.advance(MORE_THAN_A_DAY);
          await local.settle();
        }
        return { tries: [] };
      },
      recover: () => runDailyPasses(stage.service),
      check: () => expectAllDone(stage, id),
    };
  },
});

export const maintainingStories = [
  maintaining('files', '/v1/storage/**'),
  maintaining('tokens', '/v1/tokens/**'),
  maintaining('timelines', '/v1/tablesdb/main/tables/timeline/**'),
  maintaining('complaints', '/v1/tablesdb/main/tables/complaints/**'),
  maintaining('transactions', '/v1/tablesdb/transactions/**'),
  maintaining('its state', '/v1/tablesdb/main/tables/state/**'),
  maintaining('tasks', '/v1/tablesdb/main/tables/tasks/**'),
  maintaining('the quarantine', '/v1/tablesdb/main/tables/quarantine/**'),
  maintaining('totals', '/v1/tablesdb/main/tables/tallies/**'),
];
