import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Complaint } from '#shared/contract/responses.ts';
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

describe('bad input', () => {
  it.each<[string, Record<string, unknown>]>([
    ['id', { id: 'short', note: 'x' }],
    ['id', { note: 'x' }],
    ['body', {}],
    ['status', { status: 'done' }],
    ['progress', { progress: 101 }],
    ['progress', { progress: '50' }],
    ['progress', { progress: 1.5 }],
    ['note', { note: ' ' }],
    ['note', { note: 'x'.repeat(4_001) }],
    ['hidden', { hidden: 'true' }],
    ['version', { version: 3 }],
    ['username', { username: 'somebody' }],
    ['category', { category: 'nonsense' }],
    ['category', { category: '..' }],
  ])('is 422 and names %s', async (field, body) => {
    const { id } = await reporter.file();
    const sent = 'id' in body || field === 'id' ? body : { id, ...body };
    const { errors } = (await put(field === 'category' ? reporter : staff, sent)).problem(422);
    expect(errors.map((error) => error.field)).toContain(field);
    expect(await detailOf(service, id)).toMatchObject({ version: 1 });
  });

  it('is 404 for an id that nobody has', async () => {
    (await put(staff, { id: 'z'.repeat(20), note: 'hello' })).problem(404);
  });
});

describe('If-Match', () => {
  it('accepts the change at the version it names, and the answer has the next ETag', async () => {
    const { id } = await reporter.file();
    const answer = await put(staff, { id, status: 'acknowledged' }, { 'If-Match': '"1"' });
    expect(answer.as(Complaint).version).toBe(2);
    expect(answer.headers.etag).toBe('"2"');
    expect((await service.send('GET', `/complain?id=${id}`)).headers.etag).toBe('"2"');
    await put(staff, { id, note: 'Any.' }, { 'If-Match': '*' });
    (await put(staff, { id, note: 'One of.' }, { 'If-Match': '"9", "3"' })).as(Complaint);
  });

  it.each(['"1"', 'W/"2"', '2', '""', 'nonsense'])('%s is 412 on version 2, and nothing changes', async (header) => {
    const { id } = await reporter.file();
    await change(staff, { id, status: 'acknowledged' });
    const answer = await put(staff, { id, status: 'in_progress' }, { 'If-Match': header });
    const { detail } = answer.problem(412);
    expect(detail).toContain('The complaint is at version 2 now');
    // Only a malformed header gets the hint about its form; an outdated ETag does not.
    expect(/takes its ETag as it is, "2" with the quotes/.test(detail)).toBe(header !== '"1"');
    expect(answer.headers.etag).toBe('"2"');
    expect(await detailOf(service, id)).toMatchObject({ version: 2, status: 'acknowledged' });
  });

  it('is not checked for a stranger, who gets 403', async () => {
    const { id } = await reporter.file();
    (await put(stranger, { id, note: 'hello' }, { 'If-Match': '"7"' })).problem(403);
  });
});
