import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCalendar } from '#shared/config.ts';
import { DAY } from '#shared/domain/clock.ts';
import { addWorkingDays } from '#shared/domain/working-time.ts';
import { change, detailOf } from '../../support/complaints.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let stranger: Person;
let staff: Person;

beforeAll(async () => {
  service = await sharedService();
  [reporter, stranger, staff] = await service.people('user', 'user', 'staff');
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

describe('the reporter', () => {
  it('corrects the text while nobody has acted on it, and the complaint is found by the new words', async () => {
    const { id } = await reporter.file({ category: 'roads' });
    const edited = await change(reporter, {
      id,
      title: 'Sinkhole in Elm Road',
      location: 'Elm Road 4',
      category: 'water',
    });
    expect(edited).toMatchObject({
      title: 'Sinkhole in Elm Road',
      location: 'Elm Road 4',
      category: 'water',
      version: 2,
    });
    const due = addWorkingDays(readCalendar({}), new Date(edited.createdAt), 3);
    expect(edited.overdueAt).toBe(due.toISOString());
    expect(await change(reporter, { id, category: null, location: null })).toMatchObject({
      category: null,
      overdueAt: null,
    });
  });

  it('cannot correct it once somebody has acted, even without a new status', async () => {
    const { id } = await reporter.file();
    await change(staff, { id, internalNote: 'Looking into it.' });
    (await put(reporter, { id, title: 'Another title' })).problem(403);
  });

  it('can still correct it after replying', async () => {
    const { id } = await reporter.file();
    await change(reporter, { id, note: 'It is the third time.' });
    expect(await change(reporter, { id, title: 'Another title' })).toMatchObject({ version: 3 });
  });

  it('replies at any time; only the reporter and the desk see the name', async () => {
    const { id } = await reporter.file();
    await change(reporter, { id, note: 'It got worse.' });
    const entry = { kind: 'note', role: 'user', note: 'It got worse.', internal: false };
    expect((await detailOf(service, id)).timeline[1]).toMatchObject({ ...entry, by: null });
    expect((await detailOf(reporter, id)).timeline[1]).toMatchObject({ ...entry, by: reporter.username });
    expect((await detailOf(staff, id)).timeline[1]).toMatchObject({ ...entry, by: reporter.username });
  });

  it('closes a resolved complaint, or reopens it within 14 days', async () => {
    const closing = await resolved();
    expect(await change(reporter, { id: closing, status: 'closed' })).toMatchObject({
      status: 'closed',
      progress: 100,
    });
    const id = await resolved();
    (await put(reporter, { id, status: 'in_progress' })).problem(422);
    expect(await change(reporter, { id, status: 'in_progress', note: 'It is back.' })).toMatchObject({ progress: 0 });
    const old = await resolved();
    const row = await service.connection.store.complaints.find(old);
    if (!row) throw new Error('gone');
    const longAgo = new Date(Date.now() - 14.01 * DAY).toISOString();
    await service.connection.store.complaints.replace(row, { resolvedAt: longAgo });
    (await put(reporter, { id: old, status: 'in_progress', note: 'It is back.' })).problem(403);
    await change(staff, { id: old, status: 'in_progress', note: 'So it is.' });
  });

  it.each([
    { status: 'acknowledged' },
    { status: 'resolved', progress: 100 },
    { status: 'closed' },
    { status: 'created', progress: 50 },
    { progress: 50 },
    { internalNote: 'me too' },
    { assignedTo: null },
    { hidden: true },
    { hidden: false, note: 'please' },
  ])('is refused %j with 403, whether or not the status would allow it', async (body) => {
    const { id } = await reporter.file();
    (await put(reporter, { id, ...body })).problem(403);
    await change(staff, { id, status: 'in_progress', progress: 10 });
    (await put(reporter, { id, ...body, ...(body.status ? { status: 'in_progress', progress: 90 } : {}) })).problem(
      403,
    );
    expect(await detailOf(service, id)).toMatchObject({ version: 2, progress: 10 });
  });
});

describe('a stranger', () => {
  it.each([{ note: 'hello' }, { status: 'created' }, { status: 'closed' }, { title: 'Mine now' }, { hidden: true }])(
    'is refused %j with 403',
    async (body) => {
      const { id } = await reporter.file();
      (await put(stranger, { id, ...body })).problem(403);
    },
  );

  it('gets the same answers for a hidden complaint as for an unknown id', async () => {
    const { id } = await reporter.file();
    await change(staff, { id, hidden: true, note: 'Abusive.' });
    const absent = 'a'.repeat(20);
    for (const body of [{ note: 'hello' }, { status: 'closed' }, { hidden: false }]) {
      const problem = (await put(stranger, { id, ...body })).problem(404);
      const unknown = (await put(stranger, { id: absent, ...body })).problem(404);
      expect({ ...problem, instance: '' }).toEqual({ ...unknown, instance: '' });
    }
  });

  it('needs a token before anything else is checked', async () => {
    const { id } = await reporter.file();
    (await service.send('PUT', '/complain', { json: { id: 'x', nonsense: 1 } })).problem(401);
    const headers = { TOKEN: stranger.token };
    (await service.send('PUT', '/complain', { json: { id, note: 'hello' }, headers })).problem(401);
    const other = { TOKEN: stranger.token, USERNAME: reporter.username };
    (await service.send('PUT', '/complain', { json: { id, note: 'hello' }, headers: other })).problem(401);
  });
});
