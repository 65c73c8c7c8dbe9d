import { Client, TablesDB } from 'node-appwrite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveRole } from '#scripts/admin/accounts.ts';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { ComplaintDetail, LoginReply, Profile, ProfileList } from '#shared/contract/responses.ts';
import { HOUR, MINUTE } from '#shared/domain/clock.ts';
import { runDailyPass, runMaintenanceOnce } from '../../support/complaints.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';

let service: Service;
let tables: TablesDB;
let admin: Person;
beforeAll(async () => {
  service = await startService();
  const { endpoint, projectId, apiKey } = service.local;
  tables = new TablesDB(new Client().setEndpoint(endpoint).setProject(projectId).setKey(apiKey));
  admin = await service.person('admin');
});
afterAll(() => service.close());

const users = { databaseId: DATABASE_ID, tableId: 'users' };

async function idOf(person: Person): Promise<string> {
  const account = await findByUsername(service.connection.store, person.username);
  return account?.$id ?? '';
}

const identityOf = (id: string) => service.connection.store.identities.find(id);

/** Edits the person's row as an admin does in Appwrite's console. */
async function edit(person: Person, data: Record<string, unknown>): Promise<void> {
  await tables.updateRow({ ...users, rowId: await idOf(person), data });
}

const login = (username: string) => service.send('POST', '/login', { json: { username, password: PASSWORD } });

describe('an edit in the console', () => {
  it('of a role takes effect with the next request', async () => {
    const person = await service.person();
    await edit(person, { role: 'staff' });
    expect((await person.send('GET', '/user?role=staff')).status).toBe(200);
    await edit(person, { role: 'user' });
    (await person.send('GET', '/user?role=staff')).problem(403);
  });

  it('of the last admin can be undone: the admin command makes another one', async () => {
    const other = await startService();
    try {
      const last = await other.person('admin');
      const account = await findByUsername(other.connection.store, last.username);
      if (account) await other.connection.store.users.replace(account, { role: 'user' });
      (await last.send('GET', '/user?role=admin')).problem(403);
      expect(await giveRole(other.connection, last.username, 'admin')).toContain('admin');
      expect((await last.send('GET', '/user?role=admin')).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  it('that deletes a user row ends the tokens at once, keeps the name taken and unassigns their complaints', async () => {
    const clerk = await service.person('staff');
    const person = await service.person();
    const ids: string[] = [];
    const { id } = await person.file();
    await admin.send('PUT', '/complain', { json: { id, assignedTo: clerk.username } });
    for (const gone of [clerk, person]) {
      ids.push(await idOf(gone));
      await tables.deleteRow({ ...users, rowId: ids.at(-1) ?? '' });
      (await gone.send('GET', '/user')).problem(401);
      (await login(gone.username)).problem(401);
      const json = { username: gone.username, password: PASSWORD, name: 'Somebody New' };
      (await service.send('POST', '/user', { json })).problem(409);
    }
    await service.local.settle();
    for (const gone of ids) expect((await identityOf(gone))?.state).toBe('erasing');
    const answer = await admin.send('GET', `/complain?id=${id}`);
    expect(answer.as(ComplaintDetail)).toMatchObject({ username: null, assignedTo: null });
    expect(answer.as(ComplaintDetail).timeline.at(-1)).toMatchObject({ role: 'system', kind: 'assignment' });
    expect(answer.text).not.toContain(person.username);
    expect(answer.text).not.toContain(clerk.username);
  });

  it('bringing a deleted user row back brings the account back, and keeps everything it does from then on', async () => {
    const person = await service.person();
    const rowId = await idOf(person);
    const row: Record<string, unknown> = await tables.getRow({ ...users, rowId });
    const data = Object.fromEntries(Object.entries(row).filter(([key]) => !key.startsWith('$')));
    await tables.deleteRow({ ...users, rowId });
    await service.local.settle();
    await tables.createRow({ ...users, rowId, data });
    const { id } = await person.file();
    service.local.clock.advance(15 * MINUTE);
    await service.local.settle();
    expect((await service.send('GET', `/complain?id=${id}`)).as(ComplaintDetail).username).toBe(person.username);
    expect((await identityOf(rowId))?.state).toBe('active');
  });

  it('that deletes many user rows at once, whose events are lost, is found by the daily pass', async () => {
    const people = await service.people('user', 'staff');
    const [person, clerk] = people;
    const filed = await person.file();
    await admin.send('PUT', '/complain', { json: { id: filed?.id, assignedTo: clerk.username } });
    const ids = await Promise.all(people.map(idOf));
    // A bulk delete inside a transaction emits no event.
    const { $id: transactionId } = await tables.createTransaction({ ttl: 60 });
    const queries = [JSON.stringify({ method: 'equal', attribute: '$id', values: ids })];
    const operations = [{ action: 'bulkDelete', ...users, data: { queries } }];
    await tables.createOperations({ transactionId, operations });
    await tables.updateTransaction({ transactionId, commit: true });
    await service.local.settle();
    const before = (await admin.send('GET', `/complain?id=${filed?.id}`)).as(ComplaintDetail);
    expect(before.username).toBe(person?.username);

    // One daily pass records the missing accounts; a pass a day later begins to erase them.
    await runDailyPass(service);
    const noted = (await admin.send('GET', `/complain?id=${filed?.id}`)).as(ComplaintDetail);
    expect(noted.username).toBe(person?.username);
    const { store } = service.connection;
    const dayBefore = new Date(service.local.clock.now() - 25 * HOUR).toISOString();
    await store.quarantine.updateWhere([JSON.stringify({ method: 'equal', attribute: 'kind', values: ['account'] })], {
      firstSeenAt: dayBefore,
    });
    await runDailyPass(service);
    await runMaintenanceOnce(service);
    const swept = (await admin.send('GET', `/complain?id=${filed?.id}`)).as(ComplaintDetail);
    expect(swept).toMatchObject({ username: null, assignedTo: null });
    service.local.clock.advance(11 * MINUTE);
    await service.local.settle();
    for (const id of ids) expect(await identityOf(id)).toBeUndefined();
  });

  it.each([
    ['an empty epoch', { epoch: '' }],
    ['an unreadable list of revoked tokens', { revoked: '[{"jti"' }],
  ])('that leaves %s ends every token, and the next login repairs the row', async (_, data) => {
    const person = await service.person();
    await edit(person, data);
    (await person.send('GET', '/user')).problem(401);
    const { TOKEN } = (await login(person.username)).as(LoginReply);
    (await service.send('GET', '/user', { headers: { TOKEN } })).as(Profile);
    (await person.send('GET', '/user')).problem(401);
  });

  it('that renames somebody, capitals included, leaves them able to log in and to be erased', async () => {
    const person = await service.person();
    const renamed = uniqueName('renamed');
    // Only MariaDB finds a username that was typed in capitals. tests/api/databases.test.ts covers the other databases.
    await edit(person, { username: renamed.toUpperCase() });
    const { TOKEN, user } = (await login(renamed)).as(LoginReply);
    expect(user.username).toBe(renamed);
    const headers = { TOKEN, USERNAME: renamed };
    (await service.send('GET', '/user', { headers })).as(Profile);
    const json = { username: renamed, password: PASSWORD, name: 'Somebody New' };
    (await service.send('POST', '/user', { json })).problem(409);
    expect((await service.send('DELETE', '/user', { headers, json: { password: PASSWORD } })).status).toBe(204);
    (await service.send('POST', '/user', { json })).problem(409);
    (await service.send('POST', '/user', { json: { ...json, username: person.username } })).problem(409);
  });

  it('of a name lets admins find the new one after the next daily pass, and the old one no more', async () => {
    const person = await service.person();
    await edit(person, { name: 'Zelda Quickfoot' });
    const find = async (q: string) => {
      const { items } = (await admin.send('GET', `/user?q=${q}`)).as(ProfileList);
      return items.map(({ username }) => username);
    };
    expect(await find('zelda')).toEqual([]);
    await runDailyPass(service);
    expect(await find('zelda')).toEqual([person.username]);
    expect(await find('quick')).toEqual([person.username]);
    expect(await find(person.username)).toEqual([person.username]);
    // The daily pass does not write an account whose words already match its name.
    const account = await findByUsername(service.connection.store, person.username);
    await runDailyPass(service);
    expect((await findByUsername(service.connection.store, person.username))?.$updatedAt).toBe(account?.$updatedAt);
    expect((await person.send('PUT', '/user', { json: { name: 'Ada Again' } })).status).toBe(200);
    expect([await find('zelda'), await find('again')]).toEqual([[], [person.username]]);
  });

  it('that spoils a stored hash locks the person out until an admin resets the password', async () => {
    const person = await service.person();
    await edit(person, { passwordHash: PASSWORD });
    (await login(person.username)).problem(401);
    const json = { username: person.username, password: 'another-Horse-77' };
    (await admin.send('PUT', '/user', { json })).as(Profile);
    await service.login(person.username, 'another-Horse-77');
  });
});

it('an erasure that dies half-way is finished by the event and by maintenance', async () => {
  const person = await service.person();
  const filed = await Promise.all([person.file(), person.file()]);
  const id = await idOf(person);
  let killed = false;
  const dying = service.send('DELETE', '/user', {
    headers: { TOKEN: person.token, USERNAME: person.username },
    json: { password: PASSWORD },
  });
  while (!killed && (await service.connection.store.users.find(id)) !== undefined) await new Promise(setImmediate);
  service.local.killFunction(service.functionId('users'));
  killed = true;
  await dying.catch(() => undefined);
  await service.local.settle();
  service.local.clock.advance(15 * MINUTE);
  await service.local.settle();
  for (const complaint of filed) {
    const answer = await admin.send('GET', `/complain?id=${complaint.id}`);
    expect(answer.as(ComplaintDetail).username).toBeNull();
    expect(answer.text).not.toContain(person.username);
  }
  expect(await identityOf(id)).toBeUndefined();
});
