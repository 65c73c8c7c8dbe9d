import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkUsernames } from '#scripts/doctor/check-accounts.ts';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { LoginReply, Profile, ProfileList } from '#shared/contract/responses.ts';
import { pageThrough, pagings } from '../support/changing-list.ts';
import { allPages, change, idsOf, listOf } from '../support/complaints.ts';
import { PASSWORD } from '../support/enrol.ts';
import { DATABASES, type Person, type Service, startService, uniqueName } from '../support/harness.ts';
import { manyAccounts } from '../support/many-accounts.ts';
import { race } from '../support/race.ts';

/**
 * Runs on every database of Appwrite and tests what they do differently: order, nulls, case,
 * accents, words, unique values and commits that conflict. Everything else is tested once, elsewhere.
 */
describe.each(DATABASES)('on %s', (database) => {
  let service: Service;
  let admin: Person;
  let staff: Person;
  beforeAll(async () => {
    service = await startService({}, { database });
    [admin, staff] = await service.people('admin', 'staff');
  });
  afterAll(() => service.close());

  describe('lists', () => {
    it('have the same order in both directions, page by page, with nulls and with any case in the query', async () => {
      const reporter = await service.person();
      const filed: string[] = [];
      for (let number = 0; number < 5; number += 1) {
        // Only a category has deadlines; without one they are null.
        filed.unshift((await reporter.file(number % 2 === 0 ? { category: 'water' } : {})).id);
      }
      const clerk = await service.person('staff');
      for (const id of [filed[3], filed[1]]) await change(staff, { id, assignedTo: clerk.username });
      const username = reporter.username.toUpperCase();
      const found = async (query: Record<string, string | boolean>) =>
        (await allPages(service, { pageSize: 2, username, ...query })).flatMap(idsOf);
      expect(await found({})).toEqual(filed);
      expect(await found({ sort: 'createdAt' })).toEqual(filed.toReversed());
      const theirs = { assignedTo: clerk.username.toUpperCase(), sort: '-updatedAt', pageSize: 1 };
      expect((await allPages(staff, theirs)).flatMap(idsOf)).toEqual([filed[1], filed[3]]);
      expect((await found({ overdue: false })).toSorted()).toEqual(filed.toSorted());
      expect(await found({ overdue: true })).toEqual([]);
      expect(await found({ category: 'WATER', status: 'created,closed' })).toEqual(
        [0, 2, 4].map((index) => filed[index]),
      );
    });
  });

  describe('a search', () => {
    it('finds all words of title and description, without case or accents, common and short ones too', async () => {
      const reporter = await service.person();
      const { id } = await reporter.file({
        title: 'Überflutete Straße',
        description: 'The Café at Mill Lane is under water.',
      });
      for (const q of [
        'uberflutete',
        'STRASSE',
        'cafe\u0301',
        'the cafe at mill lane',
        'lane, (mill)!',
        '-lane',
        'at',
      ]) {
        expect(idsOf(await listOf(service, { q })), q).toContain(id);
      }
      for (const q of ['cafe elsewhere', 'flutete', 'uberflut']) {
        expect(idsOf(await listOf(service, { q })), q).not.toContain(id);
      }
    });

    it('finds scripts without spaces by pairs of characters, and scripts with combining signs by words', async () => {
      const reporter = await service.person();
      const { id } = await reporter.file({ title: '水管漏水了', description: 'हिन्दी सड़क' });
      for (const q of ['漏水', 'सड़क हिन्दी']) expect(idsOf(await listOf(service, { q })), q).toEqual([id]);
    });

    it('lists by filing, page by page and in both directions, with every filter', async () => {
      const reporter = await service.person();
      const filed: string[] = [];
      for (let number = 0; number < 6; number += 1) {
        const body = { title: `Wobbly fence ${number}`, description: number % 2 === 0 ? 'Green.' : 'Blue.' };
        filed.unshift((await reporter.file({ ...body, category: number < 4 ? 'roads' : 'other' })).id);
      }
      const found = async (query: Record<string, string>) =>
        (await allPages(staff, { pageSize: 2, ...query })).flatMap(idsOf);
      expect(await found({ q: 'fence' })).toEqual(filed);
      expect(await found({ q: 'fence wobbly', sort: 'createdAt' })).toEqual(filed.toReversed());
      expect(await found({ q: 'wobbly green fence' })).toEqual(filed.filter((_, index) => index % 2 === 1));
      expect(await found({ q: 'fence', category: 'ROADS', username: reporter.username })).toEqual(filed.slice(2));
      expect(await found({ q: 'fence', from: '2020-01-01', to: '2999-01-01', status: 'created' })).toEqual(filed);
      expect(await found({ q: 'fence', to: '2020-01-01' })).toEqual([]);
    });
  });

  const register = (username: string) =>
    service.send('POST', '/user', { json: { username, password: PASSWORD, name: 'Somebody' } });

  async function findAccounts(query: Record<string, string>) {
    return (await admin.send('GET', `/user?${new URLSearchParams(query)}`)).as(ProfileList);
  }
  const namesOf = ({ items }: { items: { username: string }[] }) => items.map(({ username }) => username).sort();

  describe('an account', () => {
    it('has a name that nobody else gets in any spelling, and logs in with any spelling', async () => {
      const username = uniqueName();
      expect((await register(username)).status).toBe(201);
      for (const spelling of [username, username.toUpperCase()]) {
        expect((await register(spelling)).problem(409).code).toBe('username_taken');
        const answer = await service.send('POST', '/login', { json: { username: spelling, password: PASSWORD } });
        expect(answer.as(LoginReply).user.username).toBe(username);
      }
    });

    it('whose name an admin typed in capitals is found on MariaDB only, and the doctor reports it', async () => {
      const [person, other] = await service.people('user', 'user');
      const { store } = service.connection;
      const [{ $id: id = '' } = {}, { $id: otherId = '' } = {}] = await Promise.all(
        [person, other].map(({ username }) => findByUsername(store, username)),
      );
      const users = { databaseId: DATABASE_ID, tableId: 'users' };
      const rename = (rowId: string, username: string) =>
        service.connection.gateway.tables.updateRow({ ...users, rowId, data: { username } });
      await rename(id, person.username.toUpperCase());
      await rename(otherId, 'zoë');
      const told = (await checkUsernames(service.connection)).map(({ subject, text }) => `${subject} ${text}`);
      expect(told.toSorted()).toEqual(
        [
          `users/${id} is written "${person.username.toUpperCase()}": write ${person.username}, or it may not be found`,
          `users/${otherId} is written "zoë", which is no username: nobody can log in by it`,
        ].toSorted(),
      );
      const login = await service.send('POST', '/login', { json: { username: person.username, password: PASSWORD } });
      expect(login.status).toBe(database === 'mariadb' ? 200 : 401);
      await rename(id, person.username);
      await rename(otherId, other.username);
      expect(await checkUsernames(service.connection)).toMatchObject([{ level: 'good' }]);
      await service.login(person.username);
    });

    it('is found by the beginning of its username or of any word of its name, without case or accents', async () => {
      for (const [username, name] of [
        ['zoe.quill', 'Zoë van der Quïllenberg'],
        ['quimby', 'Mayor Joe'],
        ['plain-one', 'Aquiline Nose'],
      ] as const) {
        const person = await service.person('user', username);
        (await person.send('PUT', '/user', { json: { name } })).as(Profile);
      }
      const found = async (q: string) => namesOf(await findAccounts({ q }));
      expect(await found('qui')).toEqual(['quimby', 'zoe.quill']);
      for (const q of ['QUÏLLEN', 'zoe.q', 'zoe van', 'van zoe']) expect(await found(q), q).toEqual(['zoe.quill']);
      for (const q of ['zoe joe', 'illen', '%']) expect(await found(q), q).toEqual([]);
      const { items } = await findAccounts({ q: 'quim', role: 'user' });
      expect(items[0]).toMatchObject({ username: 'quimby', name: 'Mayor Joe', email: null, notify: 'important' });
      expect(namesOf(await findAccounts({ q: 'quim', role: 'staff' }))).toEqual([]);
    });

    it('is listed once, page by page, by name and by role', async () => {
      const many = await manyAccounts(service, 'paged');
      for (const query of [{ q: 'page' }, { role: 'user', q: 'pagerson' }, { role: 'user' }]) {
        const seen: string[] = [];
        let after: string | null = null;
        do {
          const page = await findAccounts({ ...query, ...(after === null ? {} : { after }) } as Record<string, string>);
          expect(page.items.length).toBeLessThanOrEqual(100);
          seen.push(...page.items.map(({ username }) => username));
          after = page.next;
        } while (after !== null);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.filter((username) => username.startsWith('paged')).sort()).toEqual(many);
      }
    });
  });

  describe('at the same moment', () => {
    it('one of several gets a name, in whatever spelling they ask for it', async () => {
      const username = uniqueName();
      const racers = await Promise.all([username, username.toUpperCase(), username, username].map(register));
      expect(racers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    });

    it('every change that writers in two processes were told of is stored, with as many entries and versions', async () => {
      const { acknowledged, entries, version, lost } = await race(service, { writers: 4, changes: 4 });
      expect({ acknowledged, entries, version, lost }).toEqual({ acknowledged: 16, entries: 16, version: 16, lost: 0 });
    });

    it('filed complaints get different numbers and count in the same totals', async () => {
      const people = await service.people(...Array<'user'>(12).fill('user'));
      const before = (await listOf(staff, { category: 'noise' })).total ?? 0;
      const filed = await Promise.all(people.map((person) => person.file({ category: 'noise' })));
      expect(new Set(filed.map(({ reference }) => reference)).size).toBe(people.length);
      expect((await listOf(staff, { category: 'noise' })).total).toBe(before + people.length);
    });

    it('paging by cursor shows each complaint that exists throughout exactly once, whatever others write', async () => {
      await fc.assert(
        fc.asyncProperty(pagings, (paging) => pageThrough(service, staff, paging)),
        { numRuns: 3 },
      );
    });
  });
});
