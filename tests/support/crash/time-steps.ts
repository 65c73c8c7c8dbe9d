import { Query } from 'node-appwrite';
import { DAY, HOUR } from '#shared/domain/clock.ts';
import { change } from '../complaints.ts';
import { deliveriesOf, giveAddress } from '../mail.ts';
import { expectComplaints, type Stage, type Story } from './stories.ts';

/** A failed step is tried again after an hour. */
const LATER = 2 * HOUR;
/** On a busy machine a run may fail besides the call that a fault strikes. */
const RUNS = 4;
const HALF_AN_HOUR = HOUR / 2;

type Expected = { kind: string; note: string | null; changed: string };

/** Expects the effects of one step: its entry, the version, the notifications, and an empty outbox. */
async function expectStep(stage: Stage, id: string, { kind, note, changed }: Expected): Promise<void> {
  const { store } = stage.service.connection;
  await expectComplaints(stage, [2]);
  const { rows } = await store.timeline.list([Query.equal('complaintId', id), Query.equal('kind', kind)]);
  const steps = rows.filter((entry) => entry.role === 'system');
  const found = steps.map((entry) => [entry.internalNote, entry.changed.join(',')]);
  if (JSON.stringify(found) !== JSON.stringify([[note, changed]])) throw new Error(`steps: ${JSON.stringify(found)}`);
  const pending = (await store.outbox.list([])).rows.filter((row) => row.complaintId === id);
  if (pending.length > 0) throw new Error('news that was not told');
  const row = await store.complaints.find(id);
  if (row?.version !== steps[0]?.number) throw new Error(`version ${row?.version} after entry ${steps[0]?.number}`);
  const deliveries = (await deliveriesOf(stage.service, id)).filter((one) => one.complaintVersion === row?.version);
  if (deliveries.length !== 1) throw new Error(`told ${deliveries.length} times`);
}

type TimeStepOptions = {
  /** Files the complaint and brings it to where its step is due `dueIn` milliseconds later. */
  begin(stage: Stage): Promise<string>;
  dueIn: number;
  check(stage: Stage, id: string): Promise<void>;
};

const timeStep = (name: string, { begin, dueIn, check }: TimeStepOptions): Story => ({
  name,
  callFilter: { functionId: 'maintenance' },
  async lane(stage) {
    const { local } = stage.service;
    const id = await begin(stage);
    // The daily pass runs before any fault strikes.
    local.clock.advance(dueIn - HALF_AN_HOUR);
    await local.settle();
    return {
      local,
      async story() {
        local.clock.advance(HALF_AN_HOUR);
        await local.settle();
        return { tries: [] };
      },
      async recover() {
        for (let runs = 0; runs < RUNS; runs += 1) {
          local.clock.advance(LATER);
          await local.settle();
        }
      },
      check: () => check(stage, id),
    };
  },
});

/** A complaint that nobody acknowledges is assigned to the person of level 1. */
const escalation = timeStep('a deadline passes and escalates', {
  dueIn: HOUR,
  async begin(stage) {
    const { service, reporter, admin } = stage;
    await giveAddress(service, admin.username);
    const names = { escalateTo: admin.username, hoursToAcknowledge: 1 };
    await service.connection.store.categories.insert('ice', { name: 'Ice', ...names });
    return (await reporter.file({ category: 'ice' })).id;
  },
  async check(stage, id) {
    const row = await stage.service.connection.store.complaints.find(id);
    if (row?.assignedTo !== stage.admin.username || row.acknowledgeLevel !== 1) throw new Error('not escalated');
    const note = 'Not acknowledged in time: level 1.';
    await expectStep(stage, id, { kind: 'escalation', note, changed: 'assignedTo' });
  },
});

/** A resolved complaint is closed after 14 days. */
const closing = timeStep('14 days pass and close what was resolved', {
  dueIn: 14 * DAY,
  async begin({ service, reporter, admin }) {
    await giveAddress(service, reporter.username);
    const { id } = await reporter.file();
    for (const status of ['acknowledged', 'resolved']) await change(admin, { id, status });
    return id;
  },
  async check(stage, id) {
    const row = await stage.service.connection.store.complaints.find(id);
    if (row?.status !== 'closed' || row.closedAt === null || row.stepAt !== null) throw new Error('not closed');
    await expectStep(stage, id, { kind: 'status', note: null, changed: 'status' });
  },
});

export const timeStories = [escalation, closing];
