import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Complaint } from '#shared/contract/responses.ts';
import { HOUR } from '#shared/domain/clock.ts';
import { change, detailOf, idsOf, listOf, runMaintenanceOnce } from '../../support/complaints.ts';
import { DAYS_SETTINGS, type Person, type Service, startService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;
let admin: Person;

beforeAll(async () => {
  service = await startService(DAYS_SETTINGS, { notifications: true });
  [reporter, staff, admin] = await service.people('user', 'staff', 'admin');
});
afterAll(() => service.close());

const CONTACT = { name: 'Rosa Diaz', phone: '+491701234567', email: 'Rosa@example.org' };
const DRAFT = { title: 'A broken lamp', description: 'Dark.' };
const file = (person: Person, json: unknown) => person.send('POST', '/complain', { json });

describe('the contact of a caller', () => {
  it('is accepted in JSON and in a form, and shown to staff and admins only', async () => {
    const contact = { ...CONTACT, phone: '+49 170 1234567', email: 'Rosa@EXAMPLE.org' };
    const filed = (await file(staff, { ...DRAFT, contact })).as(Complaint, 201);
    expect(filed).toMatchObject({ username: staff.username, contact: CONTACT });
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...DRAFT, contactName: 'Rosa Diaz', contactPhone: '' })) {
      form.set(name, value);
    }
    const called = (await admin.send('POST', '/complain', { form })).as(Complaint, 201);
    expect(called.contact).toEqual({ name: 'Rosa Diaz', phone: null, email: null });
    for (const viewer of [staff, admin]) expect((await detailOf(viewer, filed.id)).contact).toEqual(CONTACT);
    for (const viewer of [service, reporter]) expect((await detailOf(viewer, filed.id)).contact).toBeNull();
  });

  it('is refused with 403 from anybody else, in JSON and in a form', async () => {
    (await file(reporter, { ...DRAFT, contact: { name: 'Rosa' } })).problem(403);
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...DRAFT, contactName: 'Rosa' })) form.set(name, value);
    (await reporter.send('POST', '/complain', { form })).problem(403);
  });

  it.each<[string, unknown]>([
    ['contact', {}],
    ['contact', { name: null }],
    ['contact.name', { name: ' ' }],
    ['contact.phone', { phone: '0170' }],
    ['contact.email', { email: 'rosa' }],
    ['contact.email', { email: `${'x'.repeat(250)}@example.org` }],
    ['contact.fax', { name: 'Rosa', fax: '1' }],
  ])('is 422 and names %s for %j', async (field, contact) => {
    expect((await file(staff, { ...DRAFT, contact })).problem(422).errors[0]?.field).toBe(field);
  });

  it('is removed CONTACT_DAYS after the end, but not when the complaint was reopened', async () => {
    const { local } = service;
    const closing = (await file(staff, { ...DRAFT, contact: CONTACT })).as(Complaint, 201);
    const reopened = (await file(staff, { ...DRAFT, contact: CONTACT })).as(Complaint, 201);
    for (const { id } of [closing, reopened]) await change(staff, { id, status: 'rejected', note: 'No.' });
    await change(admin, { id: reopened.id, status: 'in_progress', note: 'Yes.' });
    local.clock.advance(47 * HOUR);
    await runMaintenanceOnce(service);
    expect((await detailOf(staff, closing.id)).contact).toEqual(CONTACT);
    const before = await detailOf(staff, closing.id);
    local.clock.advance(HOUR);
    await runMaintenanceOnce(service);
    expect(await detailOf(staff, closing.id)).toEqual({ ...before, contact: null });
    expect((await detailOf(staff, reopened.id)).contact).toEqual(CONTACT);
  });
});

describe('a reporter', () => {
  it('may become anonymous later: their name is removed from every list and answer', async () => {
    const { id } = await reporter.file();
    await change(reporter, { id, note: 'Still dark.' });
    expect(await change(reporter, { id, anonymous: true })).toMatchObject({ anonymous: true, version: 3 });
    expect(await detailOf(service, id)).toMatchObject({ anonymous: true, username: null });
    expect((await detailOf(service, id)).timeline.map(({ kind }) => kind)).toEqual(['created', 'note']);
    expect((await detailOf(staff, id)).timeline.at(-1)).toMatchObject({ kind: 'edit', changed: ['anonymous'] });
    expect(idsOf(await listOf(service, { username: reporter.username }))).not.toContain(id);
    expect(idsOf(await listOf(reporter, { mine: true }))).toContain(id);
  });

  it('cannot take it back, and nobody else can do it', async () => {
    const { id } = await reporter.file({ anonymous: true });
    const put = (person: Person, json: unknown) =>
      person.send('PUT', '/complain', { json: { id, ...(json as object) } });
    expect((await put(reporter, { anonymous: false })).problem(422).errors).toMatchObject([{ field: 'anonymous' }]);
    for (const person of [staff, admin]) (await put(person, { anonymous: true })).problem(403);
    expect((await put(reporter, { anonymous: true })).as(Complaint)).toMatchObject({ version: 1 });
  });
});
