import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountExport, Complaint, Profile, ProfileList } from '#shared/contract/responses.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';
import { manyAccounts } from '../../support/many-accounts.ts';

let service: Service;
let admin: Person;
let staff: Person;
beforeAll(async () => {
  service = await startService();
  [admin, staff] = await service.people('admin', 'staff');
  await manyAccounts(service, 'paged');
});
afterAll(() => service.close());

async function named(username: string, name: string): Promise<Person> {
  const person = await service.person('user', username);
  (await person.send('PUT', '/user', { json: { name } })).as(Profile);
  return person;
}

async function find(query: Record<string, string>, who = admin) {
  return (await who.send('GET', `/user?${new URLSearchParams(query)}`)).as(ProfileList);
}
const namesOf = ({ items }: { items: { username: string }[] }) => items.map(({ username }) => username).sort();

describe('an admin finds accounts', () => {
  it('by the present name, not by a former one', async () => {
    const person = await named(uniqueName('r'), 'Wilhelmina Former');
    (await person.send('PUT', '/user', { json: { name: 'Wilhelmina Latter' } })).as(Profile);
    expect(namesOf(await find({ q: 'latter' }))).toEqual([person.username]);
    expect(namesOf(await find({ q: 'wilhelmina' }))).toEqual([person.username]);
    expect(namesOf(await find({ q: 'former' }))).toEqual([]);
    (await admin.send('PUT', '/user', { json: { username: person.username, name: 'Somebody Third' } })).as(Profile);
    expect(namesOf(await find({ q: 'third' }))).toEqual([person.username]);
  });

  it('unless they are erased', async () => {
    const person = await named(uniqueName('e'), 'Gone Tomorrow');
    expect(namesOf(await find({ q: 'tomorrow' }))).toEqual([person.username]);
    await person.send('DELETE', '/user', { json: { password: PASSWORD } });
    expect(namesOf(await find({ q: 'tomorrow' }))).toEqual([]);
  });

  it('and nobody else does; a cursor is valid for its own list only', async () => {
    const user = await service.person();
    for (const query of ['q=a', 'role=user', 'role=user&q=a', 'role=staff&q=a']) {
      (await user.send('GET', `/user?${query}`)).problem(403);
      (await staff.send('GET', `/user?${query}`)).problem(403);
    }
    (await staff.send('GET', '/user?role=admin')).as(ProfileList);
    const { next } = await find({ role: 'user' });
    expect(next).not.toBeNull();
    (await admin.send('GET', `/user?role=staff&after=${next}`)).problem(422);
    (await admin.send('GET', `/user?q=a&after=${next}`)).problem(422);
  });
});

describe('GET /user/export', () => {
  async function exported(person: Person) {
    const pages: AccountExport[] = [];
    let next: string | null = null;
    do {
      const query: string = next === null ? '' : `?after=${next}`;
      const page: AccountExport = (await person.send('GET', `/user/export${query}`)).as(AccountExport);
      pages.push(page);
      next = page.next;
    } while (next !== null);
    return {
      account: pages[0]?.account,
      complaints: pages.flatMap(({ complaints }) => complaints),
      follows: pages.flatMap(({ follows }) => follows),
    };
  }

  it('contains all complaints of a person, anonymous and hidden ones too, and what they wrote', async () => {
    const person = await service.person();
    const open = await person.file();
    const anonymous = await person.file({ anonymous: true, title: 'Not in my name' });
    const hidden = await person.file({ title: 'A hidden one' });
    (await person.send('PUT', '/complain', { json: { id: open.id, note: 'My own words.' } })).as(Complaint);
    (await staff.send('PUT', '/complain', { json: { id: open.id, status: 'acknowledged', note: 'Not yours.' } })).as(
      Complaint,
    );
    (await staff.send('PUT', '/complain', { json: { id: hidden.id, hidden: true, internalNote: 'Secret.' } })).as(
      Complaint,
    );
    const other = await service.person();
    const theirs = await other.file();
    const followed = await other.file();
    expect((await person.send('POST', '/complain/follow', { json: { id: followed.id } })).status).toBe(200);
    // A complaint that was hidden later is missing from the follows, as a deleted one is.
    const gone = await other.file();
    expect((await person.send('POST', '/complain/follow', { json: { id: gone.id } })).status).toBe(200);
    (await staff.send('PUT', '/complain', { json: { id: gone.id, hidden: true } })).as(Complaint);
    const { account, complaints, follows } = await exported(person);
    expect(follows).toEqual([{ id: followed.id, since: expect.any(String) }]);
    expect(account).toEqual((await person.send('GET', '/user')).as(Profile));
    expect(complaints.map(({ id }) => id)).toEqual([hidden.id, anonymous.id, open.id]);
    expect(complaints.map(({ username }) => username)).toEqual(Array.from({ length: 3 }, () => person.username));
    expect(complaints.map(({ entries }) => entries.map(({ note }) => note))).toEqual([
      [null],
      [null],
      [null, 'My own words.'],
    ]);
    const text = JSON.stringify(complaints);
    for (const secret of ['Not yours.', 'Secret.', theirs.id, staff.username]) expect(text).not.toContain(secret);
  });

  it('is paged', async () => {
    const person = await service.person();
    const ids = [];
    for (let n = 0; n < 23; n += 1) ids.push((await person.file()).id);
    const { complaints } = await exported(person);
    expect(complaints.map(({ id }) => id)).toEqual(ids.reverse());
    for (const { entries } of complaints) expect(entries).toHaveLength(1);
  });

  it('tells how a complaint was rated', async () => {
    const person = await service.person();
    const { id } = await person.file();
    for (const status of ['acknowledged', 'resolved']) {
      (await staff.send('PUT', '/complain', { json: { id, status } })).as(Complaint);
    }
    const rating = { id, score: 4, comment: 'Quick.' };
    (await person.send('POST', '/complain/rate', { json: rating })).as(Complaint);
    const { complaints } = await exported(person);
    expect(complaints[0]).toMatchObject({ id, rating: { score: 4, comment: 'Quick.' } });
    expect(complaints[0]?.entries.map(({ kind }) => kind)).toEqual(['created', 'rating']);
  });

  it('needs a token, and a cursor of the same person', async () => {
    (await service.send('GET', '/user/export')).problem(401);
    const [one, two] = await service.people('user', 'user');
    for (let n = 0; n < 21; n += 1) await one.file();
    const { next } = (await one.send('GET', '/user/export')).as(AccountExport);
    (await two.send('GET', `/user/export?after=${next}`)).problem(422);
    (await two.send('GET', '/user/export?username=ada')).problem(422);
  });
});
