import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Complaint } from '#shared/contract/responses.ts';
import { DAY } from '#shared/domain/clock.ts';
import { change, detailOf } from '../../support/complaints.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let stranger: Person;
let staff: Person;

beforeAll(async () => {
  service = await startService();
  [reporter, stranger, staff] = await service.people('user', 'user', 'staff');
});
afterAll(() => service.close());

const put = (person: Person, json: unknown) => person.send('PUT', '/complain', { json });
const rate = (person: Person, json: unknown, headers = {}) => person.send('POST', '/complain/rate', { json, headers });
const lastEntry = async (viewer: Pick<Person, 'send'>, id: string) => (await detailOf(viewer, id)).timeline.at(-1);

async function resolved(person = reporter, fields = {}): Promise<string> {
  const { id } = await person.file();
  await change(staff, { id, status: 'acknowledged' });
  await change(staff, { id, status: 'resolved', ...fields });
  return id;
}

async function setDates(id: string, dates: Record<string, string>): Promise<void> {
  const row = await service.connection.store.complaints.find(id);
  if (!row) throw new Error('gone');
  await service.connection.store.complaints.replace(row, dates);
}

describe('an outcome', () => {
  it('is set at the end, is public, and stays when the complaint is closed', async () => {
    const id = await resolved(reporter, { outcome: 'fixed' });
    expect(await detailOf(service, id)).toMatchObject({ outcome: 'fixed' });
    expect(await lastEntry(service, id)).toMatchObject({ kind: 'status', changed: ['status', 'progress', 'outcome'] });
    expect(await change(reporter, { id, status: 'closed' })).toMatchObject({ outcome: 'fixed' });
  });

  it('is null when it was not sent, can be set afterwards, and is removed by reopening', async () => {
    const { id } = await reporter.file();
    expect(await change(staff, { id, status: 'rejected', note: 'Private ground.' })).toMatchObject({ outcome: null });
    expect(await change(staff, { id, outcome: 'not_responsible' })).toMatchObject({ outcome: 'not_responsible' });
    expect(await lastEntry(service, id)).toMatchObject({ kind: 'status', changed: ['outcome'] });
    const again = await resolved(reporter, { outcome: 'fixed' });
    expect(await change(staff, { id: again, status: 'in_progress', note: 'Again.' })).toMatchObject({ outcome: null });
    expect((await lastEntry(service, again))?.changed).toContain('outcome');
  });

  it('is 422 before the end and for an unknown value, and 403 for the reporter', async () => {
    const { id } = await reporter.file();
    for (const body of [{ outcome: 'fixed' }, { status: 'in_progress', outcome: 'fixed' }, { outcome: 'done' }]) {
      expect((await put(staff, { id, ...body })).problem(422).errors).toMatchObject([{ field: 'outcome' }]);
    }
    (await put(reporter, { id: await resolved(), status: 'closed', outcome: 'fixed' })).problem(403);
  });
});

describe('a rating', () => {
  it('adds one entry and one version; its score is public, its comment only for staff and the reporter', async () => {
    const id = await resolved();
    const answer = await rate(reporter, { id, score: 4, comment: 'Quick.' });
    const rated = answer.as(Complaint);
    expect(rated).toMatchObject({ version: 4, rating: { score: 4, comment: 'Quick.' } });
    expect(answer.headers.etag).toBe('"4"');
    expect(await lastEntry(service, id)).toMatchObject({
      kind: 'rating',
      changed: ['rating'],
      note: null,
      role: 'user',
    });
    expect((await detailOf(staff, id)).rating).toEqual(rated.rating);
    for (const viewer of [service, stranger]) {
      expect((await detailOf(viewer, id)).rating).toEqual({ ...rated.rating, comment: null });
    }
  });

  it('is replaced by the next one, also after closing; the same again changes nothing', async () => {
    const id = await resolved();
    (await rate(reporter, { id, score: 2, comment: 'Slow.' })).as(Complaint);
    await change(staff, { id, status: 'closed' });
    const again = (await rate(reporter, { id, score: 5 })).as(Complaint);
    expect(again).toMatchObject({ version: 6, rating: { score: 5, comment: null } });
    expect((await rate(reporter, { id, score: 5 })).as(Complaint)).toMatchObject({ version: 6 });
    expect((await detailOf(service, id)).timeline.filter(({ kind }) => kind === 'rating')).toHaveLength(2);
  });

  it('is removed by reopening', async () => {
    const id = await resolved();
    (await rate(reporter, { id, score: 1 })).as(Complaint);
    expect(await change(reporter, { id, status: 'in_progress', note: 'It is back.' })).toMatchObject({ rating: null });
  });

  it('is 409 before the end, after a rejection, and after 60 days', async () => {
    const { id } = await reporter.file();
    expect((await rate(reporter, { id, score: 3 })).problem(409).code).toBe('not_ratable');
    await change(staff, { id, status: 'rejected', note: 'No.' });
    (await rate(reporter, { id, score: 3 })).problem(409);
    const ended = await resolved();
    await setDates(ended, { resolvedAt: new Date(Date.now() - 60.01 * DAY).toISOString() });
    (await rate(reporter, { id: ended, score: 3 })).problem(409);
    await setDates(ended, { resolvedAt: new Date(Date.now() - 59.9 * DAY).toISOString() });
    (await rate(reporter, { id: ended, score: 3 })).as(Complaint);
  });

  it('is 403 for everybody but the reporter, and 404 for a hidden or unknown complaint', async () => {
    const id = await resolved();
    for (const person of [stranger, staff]) (await rate(person, { id, score: 1 })).problem(403);
    await change(staff, { id, hidden: true });
    (await rate(stranger, { id, score: 1 })).problem(404);
    (await rate(reporter, { id: 'z'.repeat(20), score: 1 })).problem(404);
    (await service.send('POST', '/complain/rate', { json: { id, score: 1 } })).problem(401);
  });

  it('is 422 for another score or too long a comment, and 412 on an older version', async () => {
    const id = await resolved();
    for (const [field, body] of [
      ['score', {}],
      ['score', { score: 0 }],
      ['score', { score: 6 }],
      ['score', { score: 4.5 }],
      ['comment', { score: 4, comment: 'x'.repeat(1_001) }],
      ['note', { score: 4, note: 'Hello.' }],
    ] as const) {
      expect((await rate(reporter, { id, ...body })).problem(422).errors).toMatchObject([{ field }]);
    }
    (await rate(reporter, { id, score: 4 }, { 'If-Match': '"1"' })).problem(412);
    expect(await detailOf(service, id)).toMatchObject({ version: 3, rating: null });
  });

  it('keeps its score and loses its comment when the reporter is erased', async () => {
    const person = await service.person();
    const id = await resolved(person);
    (await rate(person, { id, score: 2, comment: 'I live next door.' })).as(Complaint);
    expect((await person.send('DELETE', '/user', { json: { password: PASSWORD } })).status).toBe(204);
    await service.local.settle();
    expect((await detailOf(staff, id)).rating).toMatchObject({ score: 2, comment: null });
  });
});
