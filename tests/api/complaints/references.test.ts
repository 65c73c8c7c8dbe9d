import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComplaintDetail } from '#shared/contract/responses.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { luhnDigit } from '#shared/domain/reference.ts';
import { change, detailOf, idsOf, listOf } from '../../support/complaints.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;

beforeAll(async () => {
  // A hedge delay of 20 s keeps calls from being repeated: a number that is drawn twice leaves a gap.
  const settings = { APPWRITE_HEDGE_MS: '20000', APPWRITE_TIMEOUT_MS: '20000' };
  service = await startService(
    { TIME_ZONE: 'Pacific/Auckland', COMPLAINTS_PER_HOUR: '200', ...settings },
    { maintenance: false },
  );
  [reporter, staff] = await service.people('user', 'staff');
});
afterAll(() => service.close());

const referenceOf = ({ reference }: { reference: string | null }): string => {
  if (reference === null) throw new Error('without a reference');
  return reference;
};
const numberOf = (complaint: { reference: string | null }) => Number(referenceOf(complaint).split('-')[1]);
const fileNext = async (person = reporter, fields = {}) => numberOf(await person.file(fields));
const get = (query: string) => service.send('GET', `/complain?${query}`);

/** The reference with a wrong check digit. */
function mistyped(reference: string): string {
  return reference.slice(0, -1) + ((Number(reference.at(-1)) + 1) % 10);
}

describe('a reference', () => {
  it('has the year, a number of six digits and a Luhn digit, and is part of every answer', async () => {
    const filed = await reporter.file();
    const [year = '', number = '', check] = referenceOf(filed).split('-');
    expect(year).toBe(String(new Date(service.local.clock.now() + 13 * HOUR).getUTCFullYear()));
    expect(number).toMatch(/^\d{6}$/);
    expect(check).toBe(luhnDigit(year + number));
    expect(await detailOf(service, filed.id)).toMatchObject({ reference: filed.reference });
    expect(await change(staff, { id: filed.id, status: 'acknowledged' })).toMatchObject({ reference: filed.reference });
    expect((await listOf(service, { pageSize: 1 })).items[0]).toMatchObject({ reference: filed.reference });
  });

  it('finds its complaint, however its dashes are typed', async () => {
    const filed = await reporter.file({ title: 'A fallen tree' });
    const reference = referenceOf(filed);
    for (const typed of [reference, reference.replaceAll('-', ''), ` ${reference.replaceAll('-', ' – ')} `]) {
      const found = (await get(`reference=${encodeURIComponent(typed)}`)).as(ComplaintDetail);
      expect([found.id, found.timeline.length]).toEqual([filed.id, 1]);
    }
    expect(idsOf(await listOf(service, { q: reference }))).toEqual([filed.id]);
    expect(idsOf(await listOf(service, { q: `tree ${reference}` }))).toEqual([filed.id]);
    expect(idsOf(await listOf(service, { q: `lamp ${reference}` }))).toEqual([]);
  });

  it('of a hidden complaint is answered to strangers like an unknown one', async () => {
    const filed = await reporter.file();
    await change(staff, { id: filed.id, hidden: true });
    const reference = referenceOf(filed);
    expect((await get(`reference=${reference}`)).problem(404).detail).toBe('There is no complaint of this reference.');
    expect(idsOf(await listOf(service, { q: reference }))).toEqual([]);
    (await reporter.send('GET', `/complain?reference=${reference}`)).as(ComplaintDetail);
    (await get(`reference=2026-999999-${luhnDigit('2026999999')}`)).problem(404);
  });

  it('with a wrong check digit is 422 before anything is read', async () => {
    const wrong = mistyped(referenceOf(await reporter.file()));
    for (const [field, code] of [
      ['reference', 'invalid_value'],
      ['q', 'invalid_value'],
    ]) {
      const answer = await get(`${field}=${wrong}`);
      expect(answer.problem(422).errors).toMatchObject([{ field, code }]);
      expect(service.local.calls.of(answer.headers['x-appwrite-execution-id'] ?? '')).toEqual([]);
    }
  });

  it.each([
    'reference=4812',
    'reference=2026-0004812-5',
    `reference=2026-004812-7&id=${'a'.repeat(20)}`,
    'reference=2026-004812-7&status=created',
  ])('as %s is 422', async (query) => {
    expect((await get(query)).problem(422).errors[0]?.field).toBe('reference');
  });
});

describe('the numbers', () => {
  it('are different for 32 writers at the same moment, the first of a year too', async () => {
    const fresh = await startService();
    try {
      const writers = await Promise.all(Array.from({ length: 32 }, () => fresh.person()));
      const filed = await Promise.all(writers.map((writer) => writer.file()));
      // A number that was drawn twice because the first call was slow leaves a gap.
      expect(new Set(filed.map(numberOf)).size).toBe(32);
      expect((await fresh.connection.store.counters.list([])).rows).toHaveLength(1);
    } finally {
      await fresh.close();
    }
  });

  it('are not used up by refused filings', async () => {
    const post = (json: unknown, headers = {}) => reporter.send('POST', '/complain', { json, headers });
    const draft = { title: 'A broken lamp', description: 'Dark.' };
    const before = await fileNext();
    (await post({ ...draft, title: 'x' })).problem(422);
    (await post({ ...draft, category: 'nonsense' })).problem(422);
    (await post({ ...draft, images: ['JVBERi0xLjcK'] })).problem(415);
    (await post({ ...draft, contact: { name: 'Rosa' } })).problem(403);
    (await post(draft, { TOKEN: 'nonsense' })).problem(401);
    const ended = await service.login(reporter.username);
    await ended.send('POST', '/logout', { json: {} });
    (await ended.send('POST', '/complain', { json: draft })).problem(401);
    expect(await fileNext()).toBe(before + 1);
  });

  it('are drawn again when they are taken, and continue after the newest when their counter is gone', async () => {
    const { counters } = service.connection.store;
    const last = await fileNext();
    const [counter] = (await counters.list([])).rows;
    if (!counter) throw new Error('no counter');
    await counters.replace({ ...counter, $updatedAt: '2999-01-01T00:00:00.000+00:00' }, { value: last - 1 });
    expect(await fileNext()).toBe(last + 1);
    await counters.remove(counter.$id);
    expect(await fileNext()).toBeGreaterThan(last + 1);
  });

  it('restart with the new year of the time zone', async () => {
    const zone = await startService({ TIME_ZONE: 'Pacific/Auckland' }, { maintenance: false });
    try {
      const year = new Date(zone.local.clock.now()).getUTCFullYear();
      zone.local.clock.moveTo(`${year}-12-31T10:59:00Z`);
      const { username } = await zone.person();
      const person = await zone.login(username);
      expect(await person.file()).toMatchObject({ reference: expect.stringMatching(`^${year}-000001-`) });
      zone.local.clock.moveTo(`${year}-12-31T11:01:00Z`);
      expect(await person.file()).toMatchObject({ reference: expect.stringMatching(`^${year + 1}-000001-`) });
    } finally {
      await zone.close();
    }
  });
});
