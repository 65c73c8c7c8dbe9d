import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNameWords } from '#shared/appwrite/name-words.ts';
import { commit, create } from '#shared/appwrite/transaction.ts';
import { AccountExport, Complaint, Profile, ProfileList } from '#shared/contract/responses.ts';
import { randomId } from '#shared/domain/ids.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';

let service: Service;
let admin: Person;
let staff: Person;
let many: string[];
beforeAll(async () => {
  service = await startService();
  [admin, staff] = await service.people('admin', 'staff');
  many = await manyAccounts();
});
afterAll(() => service.close());

const MANY = 230;

/** More accounts than a page holds, written as registration writes them. */
async function manyAccounts(): Promise<string[]> {
  const { gateway } = service.connection;
  const at = new Date().toISOString();
  const all = Array.from({ length: MANY }, (_, n) => ({
    id: randomId(),
    username: `paged${String(n).padStart(3, '0')}`,
  }));
  for (let from = 0; from < all.length; from += 40) {
    const operations = all.slice(from, from + 40).flatMap(({ id, username }) => {
      const name = 'Pagey Pagerson';
      const account = { username, name, passwordHash: '-', role: 'user', epoch: '', registeredAt: at, changedAt: at };
      return [create('users', id, account), createNameWords(id, { username, name })];
    });
    if ((await commit(gateway, operations, async () => false)) !== 'done') throw new Error('not written');
  }
  return all.map(({ username }) => username);
}

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
  it('by the beginning of the username or of any word of the name, in any case and without accents', async () => {
    await named('zoe.quill', 'Zoë van der Quïllenberg');
    await named('quimby', 'Mayor Joe');
    await named('plain-one', 'Aquiline Nose');
    expect(namesOf(await find({ q: 'qui' }))).toEqual(['quimby', 'zoe.quill']);
    expect(namesOf(await find({ q: 'QUÏLLEN' }))).toEqual(['zoe.quill']);
    expect(namesOf(await find({ q: 'zoe.q' }))).toEqual(['zoe.quill']);
    expect(namesOf(await find({ q: 'zoe van' }))).toEqual(['zoe.quill']);
    expect(namesOf(await find({ q: 'van zoe' }))).toEqual(['zoe.quill']);
    expect(namesOf(await find({ q: 'zoe joe' }))).toEqual([]);
    expect(namesOf(await find({ q: 'illen' }))).toEqual([]);
    expect(namesOf(await find({ q: '%' }))).toEqual([]);
    const { items } = await find({ q: 'quim', role: 'user' });
    expect(items[0]).toMatchObject({ username: 'quimby', name: 'Mayor Joe', email: null, notify: 'important' });
    expect(namesOf(await find({ q: 'quim', role: 'staff' }))).toEqual([]);
  });

  it('by the present name, not by a former one', async () => {
    const person = await named(uniqueName('r'), 'Wilhelmina Former');
    (await person.send('PUT', '/user', { json: { name: 'Wilhelmina Latter' } })).as(Profile);
    expect(namesOf(await find({ q: 'latter' }))).toEqual([person.username]);
    expect(namesOf(await find({ q: 'wilhelmina' }))).toEqual([person.username]);
    expect(namesOf(await find({ q: 'former' }))).toEqual([]);
    (await admin.send('PUT', '/user', { json: { username: person.username, name: 'Somebody Third' } })).as(Profile);
    expect(namesOf(await find({ q: 'third' }))).toEqual([person.username]);
  });

  it('who are not erased', async () => {
    const person = await named(uniqueName('e'), 'Gone Tomorrow');
    expect(namesOf(await find({ q: 'tomorrow' }))).toEqual([person.username]);
    await person.send('DELETE', '/user', { json: { password: PASSWORD } });
    expect(namesOf(await find({ q: 'tomorrow' }))).toEqual([]);
  });

  it('page by page, by name and by role, without doubles or gaps', async () => {
    for (const query of [{ q: 'page' }, { role: 'user', q: 'pagerson' }, { role: 'user' }]) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page = await find({ ...query, ...(after === null ? {} : { after }) } as Record<string, string>);
        expect(page.items.length).toBeLessThanOrEqual(100);
        seen.push(...page.items.map(({ username }) => username));
        after = page.next;
      } while (after !== null);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((username) => username.startsWith('paged')).sort()).toEqual(many);
    }
  });

  it('and nobody else does; a cursor belongs to its list', async () => {
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

  it('tells a person all of their own, anonymous and hidden complaints too, with what they wrote', async () => {
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
    // Hidden since, it is as gone as if it were deleted.
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

  it('needs a token, and a cursor of one’s own', async () => {
    (await service.send('GET', '/user/export')).problem(401);
    const [one, two] = await service.people('user', 'user');
    for (let n = 0; n < 21; n += 1) await one.file();
    const { next } = (await one.send('GET', '/user/export')).as(AccountExport);
    (await two.send('GET', `/user/export?after=${next}`)).problem(422);
    (await two.send('GET', '/user/export?username=ada')).problem(422);
  });
});
