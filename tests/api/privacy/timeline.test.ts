import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { randomId } from '#shared/domain/ids.ts';
import { change, detailOf } from '../../support/complaints.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let user: Person;
let other: Person;
let staff: Person;
let admin: Person;

beforeAll(async () => {
  service = await sharedService();
  [user, other, staff, admin] = await service.people('user', 'user', 'staff', 'admin');
});
afterAll(() => service.close());

/** Adds entries of the clerk to a timeline, as changes would. */
async function write(complaintId: string, count: number, what: 'Public' | 'Internal'): Promise<void> {
  const internal = what === 'Internal';
  const by = { byId: 's'.repeat(20), byName: staff.username, role: 'staff', kind: 'note' };
  const rows = Array.from({ length: count }, (_, index) => ({
    $id: randomId(),
    complaintId,
    ...by,
    number: (internal ? 2 : 100) + index,
    status: 'created',
    progress: 0,
    note: internal ? null : `Public ${index}`,
    internalNote: internal ? `Internal ${index}` : null,
    internal,
  }));
  const { tables } = service.connection.gateway;
  const where = { databaseId: DATABASE_ID, tableId: 'timeline' };
  for (let at = 0; at < count; at += 100) await tables.createRows({ ...where, rows: rows.slice(at, at + 100) });
}

describe('internal work shows the public', () => {
  it('nothing of hiding and showing, with or without a public note', async () => {
    const { id } = await user.file();
    await change(staff, { id, hidden: true });
    await change(staff, { id, hidden: false, note: 'Looked into.' });
    await change(staff, { id, hidden: true, note: 'Once more.' });
    await change(staff, { id, hidden: false });
    for (const viewer of [service, other, user]) {
      const detail = await detailOf(viewer, id);
      expect(detail.timeline.map(({ kind, note, changed }) => [kind, note, changed])).toEqual([
        ['created', null, []],
        ['note', 'Looked into.', []],
        ['note', 'Once more.', []],
      ]);
    }
    const kinds = (await detailOf(staff, id)).timeline.map(({ kind }) => kind);
    expect(kinds).toEqual(['created', 'visibility', 'visibility', 'visibility', 'visibility']);
  });

  it('nothing of assignments and internal notes', async () => {
    const { id } = await user.file();
    await change(staff, { id, assignedTo: staff.username });
    await change(staff, { id, internalNote: 'Known to us.' });
    await change(staff, { id, assignedTo: null, internalNote: 'Not ours.', note: 'We look into it.' });
    const [, noted, ...rest] = (await detailOf(service, id)).timeline;
    expect(noted).toMatchObject({ kind: 'note', note: 'We look into it.', internalNote: null, changed: [] });
    expect(rest).toEqual([]);
  });

  it('only a newer version, ETag and updatedAt', async () => {
    const { id } = await user.file();
    const before = await detailOf(service, id);
    await change(staff, { id, internalNote: 'Known to us.' });
    const after = await detailOf(service, id);
    expect(after.version).toBe(before.version + 1);
    expect({ ...after, version: 0, updatedAt: '' }).toEqual({ ...before, version: 0, updatedAt: '' });
  });

  it('a timeline with pages as long as without internal entries', async () => {
    const [one, two] = [await user.file(), await user.file()];
    await write(one.id, 60, 'Internal');
    for (const { id } of [one, two]) await write(id, 101, 'Public');
    const [first, second] = [await detailOf(service, one.id), await detailOf(service, two.id)];
    expect([first.timeline.length, first.timelineNext]).toEqual([100, 100]);
    expect([second.timeline.length, second.timelineNext]).toEqual([100, 100]);
    const rest = await detailOf(service, one.id, 100);
    expect(rest.timeline.map(({ note }) => note)).toEqual(['Public 99', 'Public 100']);
  });
});

describe('the reporter of an anonymous complaint', () => {
  it.each(['staff', 'admin'] as const)('who is %s appears as a user in each of their entries', async (role) => {
    const reporter = role === 'staff' ? staff : admin;
    const { id } = await reporter.file({ anonymous: true });
    await change(reporter, { id, note: 'Still dark.' });
    await change(reporter, { id, title: 'Two broken lamps' });
    await change(reporter, { id, hidden: true, note: 'For a moment.' });
    await change(reporter, { id, hidden: false });
    for (const viewer of [service, other]) {
      const { username, timeline } = await detailOf(viewer, id);
      expect([username, ...timeline.map((entry) => [entry.by, entry.role])]).toEqual([
        null,
        [null, 'user'],
        [null, 'user'],
        [null, 'user'],
        [null, 'user'],
      ]);
    }
    const known = (await detailOf(reporter, id)).timeline.map((entry) => [entry.by, entry.role]);
    expect(known).toEqual(known.map(() => [reporter.username, role]));
  });

  it('who works on it as staff appears like any other staff', async () => {
    const reported = async (reporter: Person) => {
      const { id } = await reporter.file({ anonymous: true });
      await change(staff, { id, status: 'acknowledged' });
      await change(staff, { id, status: 'in_progress', progress: 40 });
      await change(staff, { id, status: 'resolved' });
      return (await detailOf(service, id)).timeline.map(({ by, role, kind, status }) => ({ by, role, kind, status }));
    };
    expect(await reported(staff)).toEqual(await reported(user));
  });

  it('shows a role if the complaint is not anonymous', async () => {
    const { id } = await staff.file();
    expect((await detailOf(service, id)).timeline[0]?.role).toBe('staff');
  });
});

it('a hidden complaint causes viewers who may not see it the same calls as an unknown one', async () => {
  const { id } = await user.file();
  for (let turn = 0; turn < 3; turn += 1) await change(staff, { id, note: `Note ${turn}` });
  await change(staff, { id, hidden: true });
  for (const viewer of [service, other]) {
    const costs = [];
    for (const asked of [id, 'q'.repeat(20)]) {
      const answer = await viewer.send('GET', `/complain?id=${asked}`);
      const problem = answer.problem(404);
      const calls = service.local.calls.of(answer.headers['x-appwrite-execution-id'] ?? '');
      costs.push({ ...problem, instance: '', bytes: answer.text.length, calls: calls.length });
    }
    expect(costs[0]).toEqual(costs[1]);
  }
});
