import { createHash } from 'node:crypto';
import { Query } from 'node-appwrite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveRole as giveRoleByTerminal } from '#scripts/admin/accounts.ts';
import { findByUsername, nameRowId } from '#shared/appwrite/accounts.ts';
import { DATABASE_ID, TABLE_IDS } from '#shared/appwrite/resources.ts';
import { Complaint, ComplaintDetail, ComplaintList, LoginReply, Profile } from '#shared/contract/responses.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import { runDailyPass, runMaintenanceOnce } from '../../support/complaints.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';

let service: Service;
let user: Person;
let staff: Person;
let admin: Person;
beforeAll(async () => {
  service = await startService();
  [user, staff, admin] = await service.people('user', 'staff', 'admin');
});
afterAll(() => service.close());

/** All rows of all tables as they are stored, each as `<table> <JSON>`. */
async function everyRow({ connection }: Service): Promise<string[]> {
  const all = await Promise.all(
    TABLE_IDS.map(async (tableId) => {
      const queries = [Query.limit(5_000)];
      const { rows } = await connection.gateway.tables.listRows({ databaseId: DATABASE_ID, tableId, queries });
      return rows.map((row) => `${tableId} ${JSON.stringify(row)}`);
    }),
  );
  return all.flat();
}

const giveRole = (actor: Person, username: string, role: string) =>
  actor.send('PUT', '/user/role', { json: { username, role } });

describe('PUT /user/role', () => {
  it('changes what somebody may do with their very next request, and leaves their token alone', async () => {
    const person = await service.person();
    (await person.send('GET', '/user?role=staff')).problem(403);
    expect((await giveRole(admin, person.username, 'staff')).as(Profile).role).toBe('staff');
    expect((await person.send('GET', '/user?role=staff')).status).toBe(200);
    expect((await giveRole(admin, person.username.toUpperCase(), 'user')).as(Profile).role).toBe('user');
    (await person.send('GET', '/user?role=staff')).problem(403);
    expect((await person.send('GET', '/user')).as(Profile).role).toBe('user');
  });

  it('removes an admin’s rights at once', async () => {
    const second = await service.person('admin');
    (await giveRole(admin, second.username, 'staff')).as(Profile);
    (await giveRole(second, user.username, 'admin')).problem(403);
    expect((await user.send('GET', '/user')).as(Profile).role).toBe('user');
  });

  it('is for admins, and is refused to others whether or not the person exists', async () => {
    for (const actor of [user, staff]) {
      for (const target of [user.username, staff.username, admin.username, uniqueName('nobody')]) {
        (await giveRole(actor, target, 'admin')).problem(403);
      }
      (await actor.send('PUT', '/user/role', { json: { nonsense: true } })).problem(403);
    }
    (await giveRole(admin, uniqueName('nobody'), 'staff')).problem(404);
  });

  it('never changes one’s own role', async () => {
    for (const role of ['user', 'staff', 'admin']) (await giveRole(admin, admin.username, role)).problem(403);
    expect((await admin.send('GET', '/user')).as(Profile).role).toBe('admin');
  });

  it('needs USERNAME, naming the user of the token', async () => {
    const json = { username: user.username, role: 'staff' };
    const TOKEN = admin.token;
    const put = (headers: Record<string, string>) => service.send('PUT', '/user/role', { json, headers });
    expect((await put({ TOKEN })).problem(401).code).toBe('username_mismatch');
    for (const USERNAME of [user.username, '', 'admin', `${admin.username}, ${admin.username}`]) {
      (await put({ TOKEN, USERNAME })).problem(401);
    }
    (await put({ USERNAME: admin.username })).problem(401);
    (await put({ TOKEN, USERNAME: admin.username.toUpperCase() })).as(Profile);
    (await giveRole(admin, user.username, 'user')).as(Profile);
  });

  it.each([
    {},
    { username: 'ada' },
    { role: 'staff' },
    { username: 'ada', role: 'root' },
    { username: 'ada', role: 'Admin' },
    { username: 'ada', role: ['admin'] },
    { username: 'a', role: 'staff' },
    { username: 'ada', role: 'staff', force: true },
  ])('refuses the body %j', async (json) => {
    (await admin.send('PUT', '/user/role', { json })).problem(422);
    (await service.send('PUT', '/user/role', { json })).problem(401);
  });
});

describe('DELETE /user', () => {
  const erase = (actor: Person, json: unknown) => actor.send('DELETE', '/user', { json });

  it('erases the person and keeps their cases, with no name on them anywhere', async () => {
    const person = await service.person();
    const filed = await person.file({ title: 'Kept case' });
    const anonymous = await person.file({ anonymous: true });
    (await person.send('PUT', '/complain', { json: { id: filed.id, note: 'Still dark.' } })).as(Complaint);
    expect((await erase(person, { password: PASSWORD })).status).toBe(204);

    (await person.send('GET', '/user')).problem(401);
    (await service.send('POST', '/login', { json: { username: person.username, password: PASSWORD } })).problem(401);
    (await admin.send('GET', `/user?username=${person.username}`)).problem(404);
    for (const viewer of [service, user, staff, admin]) {
      for (const { id } of [filed, anonymous]) {
        const answer = await viewer.send('GET', `/complain?id=${id}`);
        const detail = answer.as(ComplaintDetail);
        expect(detail.username).toBeNull();
        expect(detail.timeline.map((entry) => entry.by)).toEqual(detail.timeline.map(() => null));
        expect(answer.text).not.toContain(person.username);
      }
      const list = (await viewer.send('GET', `/complain?username=${person.username}`)).as(ComplaintList);
      expect(list).toMatchObject({ items: [], total: 0 });
    }
    const json = { username: person.username, password: PASSWORD, name: 'Somebody New' };
    expect((await service.send('POST', '/user', { json })).problem(409).code).toBe('username_taken');
  });

  it('takes erased staff off the complaints and the categories that name them', async () => {
    const clerk = await service.person('staff');
    const { categories } = service.connection.store;
    const waste = await categories.find('waste');
    const escalateTo = `somebody, ${clerk.username.toUpperCase()}`;
    if (waste) await categories.replace(waste, { assignee: clerk.username, escalateTo });
    const { id } = await user.file();
    await admin.send('PUT', '/complain', { json: { id, assignedTo: clerk.username, internalNote: 'Yours.' } });
    expect((await erase(admin, { username: clerk.username })).status).toBe(204);
    await service.local.settle();
    const answer = await admin.send('GET', `/complain?id=${id}`);
    expect(answer.as(ComplaintDetail).assignedTo).toBeNull();
    expect(answer.as(ComplaintDetail).timeline.at(-1)).toMatchObject({
      by: null,
      role: 'system',
      kind: 'assignment',
      internal: true,
      changed: ['assignedTo'],
    });
    expect(answer.text).not.toContain(clerk.username);
    expect(await categories.find('waste')).toMatchObject({ assignee: null, escalateTo: 'somebody' });
    (await clerk.send('GET', '/user')).problem(401);
    const { id: next } = await user.file({ category: 'waste' });
    expect((await admin.send('GET', `/complain?id=${next}`)).as(ComplaintDetail).assignedTo).toBeNull();
  });

  it('takes demoted staff off their open complaints with the next maintenance, and leaves them on ended ones', async () => {
    const [clerk, helper, third] = await service.people('staff', 'admin', 'staff');
    const [open, ended] = await Promise.all([user.file(), user.file()]);
    for (const { id } of [open, ended]) {
      await admin.send('PUT', '/complain', { json: { id, status: 'acknowledged', assignedTo: clerk.username } });
    }
    await admin.send('PUT', '/complain', { json: { id: ended.id, status: 'resolved' } });
    const { id: others } = await user.file();
    await admin.send('PUT', '/complain', { json: { id: others, assignedTo: helper.username } });
    const detail = async (id: string) => (await admin.send('GET', `/complain?id=${id}`)).as(ComplaintDetail);
    (await admin.send('PUT', '/user/role', { json: { username: clerk.username, role: 'user' } })).as(Profile);
    (await admin.send('PUT', '/user/role', { json: { username: helper.username, role: 'staff' } })).as(Profile);
    const { id: revoked } = await user.file();
    await admin.send('PUT', '/complain', { json: { id: revoked, assignedTo: third.username } });
    await giveRoleByTerminal(service.connection, third.username, 'user');
    service.local.clock.advance(MINUTE);
    await runMaintenanceOnce(service);
    expect(await detail(open.id)).toMatchObject({ assignedTo: null, version: 3, status: 'acknowledged' });
    expect((await detail(open.id)).timeline.at(-1)).toMatchObject({
      role: 'system',
      kind: 'assignment',
      internal: true,
    });
    expect(await detail(ended.id)).toMatchObject({ assignedTo: clerk.username, version: 3 });
    expect(await detail(others)).toMatchObject({ assignedTo: helper.username, version: 2 });
    expect(await detail(revoked)).toMatchObject({ assignedTo: null, version: 3 });
    const seen = (await user.send('GET', `/complain?id=${open.id}`)).as(ComplaintDetail);
    expect(seen.timeline.map(({ kind }) => kind)).toEqual(['created', 'status']);
  });

  it('unassigns with the next daily pass whoever was demoted in the console', async () => {
    const clerk = await service.person('staff');
    const { id } = await user.file();
    await admin.send('PUT', '/complain', { json: { id, assignedTo: clerk.username } });
    const { store } = service.connection;
    const account = await findByUsername(store, clerk.username);
    if (account) await store.users.replace(account, { role: 'user' });
    await runDailyPass(service);
    await runMaintenanceOnce(service);
    expect((await admin.send('GET', `/complain?id=${id}`)).as(ComplaintDetail).assignedTo).toBeNull();
  });

  it('leaves nothing in the tables that leads from the name to the complaints, and the name stays taken', async () => {
    const person = await service.person();
    const { store } = service.connection;
    const id = (await findByUsername(store, person.username))?.$id ?? '';
    await person.file();
    await person.file({ anonymous: true });
    const nameId = await nameRowId(person.username);
    const before = await store.names.find(nameId);
    expect((await erase(person, { password: PASSWORD })).status).toBe(204);
    await service.local.settle();
    expect(await store.users.find(id)).toBeUndefined();
    expect((await store.identities.find(id))?.state).toBe('erasing');
    service.local.clock.advance(15 * MINUTE);
    await service.local.settle();
    expect(await store.identities.find(id)).toBeUndefined();
    // The row of the name is not written: its time would equal that of the erased complaints and link them.
    expect(await store.names.find(nameId)).toEqual(before);

    const rows = await everyRow(service);
    const plain = createHash('sha256').update(person.username).digest('hex').slice(0, 20);
    const quoted = createHash('sha256')
      .update(JSON.stringify(['name', person.username]))
      .digest('hex')
      .slice(0, 20);
    for (const trace of [person.username, plain, quoted]) expect(rows.filter((row) => row.includes(trace))).toEqual([]);
    expect(rows.filter((row) => row.includes(nameId) && row.includes(id))).toEqual([]);
    const json = { username: person.username, password: PASSWORD, name: 'Somebody New' };
    expect((await service.send('POST', '/user', { json })).problem(409).code).toBe('username_taken');
  });

  it('asks for the password of one’s own account, and is limited like a login', async () => {
    const person = await service.person();
    expect((await erase(person, {})).problem(422).errors[0]?.field).toBe('password');
    (await erase(person, { username: person.username })).problem(422);
    (await erase(person, { password: 'wrong-password-1' })).problem(403);
    (await person.send('GET', '/user')).as(Profile);
    expect((await erase(person, { username: person.username, password: PASSWORD })).status).toBe(204);
  });

  it('is for admins where the account is somebody else’s', async () => {
    const other = await service.person();
    for (const actor of [user, staff]) {
      for (const target of [other.username, admin.username, uniqueName('nobody')]) {
        (await erase(actor, { username: target, password: PASSWORD })).problem(403);
      }
    }
    (await erase(user, { username: staff.username })).problem(403);
    (await other.send('GET', '/user')).as(Profile);
    (await erase(admin, { username: uniqueName('nobody') })).problem(404);
    (await service.send('DELETE', '/user', { json: { username: other.username } })).problem(401);
  });

  it.each([{ username: 'al' }, { password: 7 }, { username: 'ada', everything: true }])(
    'refuses the body %j',
    async (json) => {
      (await erase(admin, json)).problem(422);
    },
  );

  it('never takes the last admin away', async () => {
    const alone = await startService();
    try {
      const last = await alone.person('admin');
      expect((await erase(last, { password: PASSWORD })).problem(409).code).toBe('last_admin');
      const second = await alone.person('admin');
      expect((await erase(last, { password: PASSWORD })).status).toBe(204);
      expect((await erase(second, { password: PASSWORD })).problem(409).code).toBe('last_admin');
      expect((await second.send('GET', '/user')).as(Profile).role).toBe('admin');
    } finally {
      await alone.close();
    }
  });
});

it('a token of an erased account gives no access to a later one', async () => {
  const person = await service.person();
  const tokens = [person, await service.login(person.username)];
  expect((await tokens[1]?.send('DELETE', '/user', { json: { password: PASSWORD } }))?.status).toBe(204);
  for (const device of tokens) {
    (await device.send('GET', '/user')).problem(401);
    (await device.send('POST', '/complain', { json: { title: 'From beyond', description: 'x' } })).problem(401);
    (await device.send('GET', '/complain?mine=true')).problem(401);
  }
  const next = await service.person();
  const answer = await service.send('POST', '/login', { json: { username: next.username, password: PASSWORD } });
  answer.as(LoginReply);
});
