import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change, detailOf } from '../../support/complaints.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let stranger: Person;
let staff: Person;
let admin: Person;

beforeAll(async () => {
  service = await sharedService();
  [reporter, stranger, staff, admin] = await service.people('user', 'user', 'staff', 'admin');
});
afterAll(() => service.close());

const put = (person: Person, json: unknown, headers: Record<string, string> = {}) =>
  person.send('PUT', '/complain', { json, headers });

async function resolved(): Promise<string> {
  const { id } = await reporter.file();
  await change(staff, { id, status: 'acknowledged' });
  await change(staff, { id, status: 'resolved' });
  return id;
}

describe('the desk', () => {
  it('moves a complaint along the table, each step one version and one entry', async () => {
    const { id } = await reporter.file();
    await change(staff, { id, status: 'acknowledged', note: 'We have seen it.' });
    await change(staff, { id, status: 'in_progress', progress: 30 });
    await change(staff, { id, status: 'on_hold', internalNote: 'Waiting for parts.' });
    await change(staff, { id, status: 'in_progress', progress: 60 });
    const done = await change(staff, { id, status: 'resolved' });
    expect(done).toMatchObject({ status: 'resolved', progress: 100, version: 6 });
    const { timeline } = await detailOf(service, id);
    expect(timeline.map((entry) => [entry.kind, entry.status, entry.progress])).toEqual([
      ['created', 'created', 0],
      ['status', 'acknowledged', 0],
      ['status', 'in_progress', 30],
      ['status', 'on_hold', 30],
      ['status', 'in_progress', 60],
      ['status', 'resolved', 100],
    ]);
  });

  it('is told which statuses may follow when one may not', async () => {
    const { id } = await reporter.file();
    const problem = (await put(staff, { id, status: 'closed' })).problem(409);
    expect(problem).toMatchObject({ code: 'illegal_transition', allowed: ['acknowledged', 'in_progress', 'rejected'] });
    expect(problem.detail).toContain('acknowledged, in_progress, rejected');
  });

  it('writes what it changed into the timeline, and the public sees only public changes', async () => {
    const { id } = await reporter.file();
    await change(staff, { id, status: 'in_progress', progress: 10, assignedTo: staff.username });
    await change(reporter, { id, note: 'Thank you.' });
    const changed = async (viewer: Pick<Person, 'send'>) =>
      (await detailOf(viewer, id)).timeline.map((entry) => entry.changed);
    expect(await changed(staff)).toEqual([[], ['status', 'progress', 'assignedTo'], []]);
    expect(await changed(service)).toEqual([[], ['status', 'progress'], []]);
  });

  it('must give a note when it rejects or reopens', async () => {
    const { id } = await reporter.file();
    expect((await put(staff, { id, status: 'rejected' })).problem(422).errors).toMatchObject([{ field: 'note' }]);
    const internal = { id, status: 'rejected', internalNote: 'A duplicate.' };
    expect((await put(staff, internal)).problem(422).errors).toMatchObject([{ field: 'note' }]);
    await change(staff, { id, status: 'rejected', note: 'A duplicate.' });
    expect((await put(admin, { id, status: 'in_progress' })).problem(422).errors).toMatchObject([{ field: 'note' }]);
  });

  it('reopens what was rejected or closed only as admin', async () => {
    const { id } = await reporter.file();
    await change(staff, { id, status: 'rejected', note: 'Not ours.' });
    (await put(staff, { id, status: 'in_progress', note: 'It is ours.' })).problem(403);
    expect(await change(admin, { id, status: 'in_progress', note: 'It is ours.' })).toMatchObject({ progress: 0 });
  });

  it('reopens with the progress it sends', async () => {
    const id = await resolved();
    const again = await change(staff, { id, status: 'in_progress', note: 'Not quite done.', progress: 80 });
    expect(again).toMatchObject({ status: 'in_progress', progress: 80 });
  });

  it.each([
    ['created', {}, 10],
    ['resolved', { status: 'resolved' }, 40],
    ['rejected', { status: 'rejected', note: 'No.' }, 40],
  ])('cannot give a complaint that is %s a progress that contradicts it', async (_, step, progress) => {
    const { id } = await reporter.file();
    if ('status' in step) await change(staff, { id, status: 'in_progress' });
    expect((await put(staff, { id, ...step, progress })).problem(422).errors).toMatchObject([{ field: 'progress' }]);
  });

  it('counts another progress in the same status as a change, and an identical one as none', async () => {
    const { id } = await reporter.file();
    await change(staff, { id, status: 'in_progress' });
    expect(await change(staff, { id, status: 'in_progress', progress: 20 })).toMatchObject({ version: 3 });
    expect(await change(staff, { id, status: 'in_progress', progress: 20 })).toMatchObject({ version: 3 });
    const { timeline } = await detailOf(service, id);
    expect(timeline.map((entry) => entry.kind)).toEqual(['created', 'status', 'progress']);
  });
});

describe('assignment', () => {
  it('goes to staff by username in any case, and can be removed', async () => {
    const { id } = await reporter.file();
    const given = await change(admin, { id, assignedTo: staff.username.toUpperCase() });
    expect(given.assignedTo).toBe(staff.username);
    expect((await change(admin, { id, assignedTo: null })).assignedTo).toBeNull();
  });

  it('is refused for a person who is not staff or does not exist', async () => {
    const { id } = await reporter.file();
    for (const assignedTo of [stranger.username, 'nobody-at-all', 'ärger', '..']) {
      expect((await put(admin, { id, assignedTo })).problem(422).errors).toMatchObject([{ field: 'assignedTo' }]);
    }
  });

  it('is hidden from the public and the reporter', async () => {
    const { id } = await reporter.file();
    await change(admin, { id, assignedTo: staff.username, internalNote: 'Yours.' });
    for (const viewer of [service, reporter, stranger]) {
      const seen = await detailOf(viewer, id);
      expect(seen.assignedTo).toBeNull();
      expect(seen.timeline.map((entry) => entry.kind)).toEqual(['created']);
    }
    const { timeline } = await detailOf(staff, id);
    expect(timeline[1]).toMatchObject({
      kind: 'assignment',
      internal: true,
      by: admin.username,
      internalNote: 'Yours.',
    });
  });
});
