import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkUsernames } from '#scripts/doctor/check-accounts.ts';
import { findByUsername } from '#shared/appwrite/accounts.ts';
import { DATABASE_ID } from '#shared/appwrite/resources.ts';
import { Complaint, ComplaintDetail, ComplaintList, Deleted } from '#shared/contract/responses.ts';
import { PASSWORD } from '../support/enrol.ts';
import { DATABASE, DATABASES, SERVED_LAYOUTS, type Service, startService, uniqueName } from '../support/harness.ts';
import { makePicture } from '../support/pictures.ts';
import { withCanaries } from '../support/pictures-canary.ts';

const SERVED = [
  ...SERVED_LAYOUTS.map((layout) => ({ database: DATABASE, layout })),
  ...DATABASES.filter((database) => database !== DATABASE).map((database) => ({ database, layout: 'groups' as const })),
];

describe.each(SERVED)('on $database in the layout $layout', ({ database, layout }) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({}, { database, layout });
  });
  afterAll(() => service.close());

  it('does the main job: file with a photo, see it listed, work on it, delete it, and the photo is gone', async () => {
    const reporter = await service.person();
    const admin = await service.person('admin');
    const form = new FormData();
    form.set('title', 'Pothole in Mill Lane');
    form.set('description', 'Deep enough to lose a wheel in.');
    form.set('image1', new Blob([withCanaries('jpeg', await makePicture('jpeg'), 6)]), 'pothole.jpg');
    const filed = (await reporter.send('POST', '/complain', { form })).as(Complaint, 201);
    expect(filed.images).toHaveLength(1);
    const picture = await fetch(filed.images[0]?.url ?? '');
    expect(picture.status).toBe(200);

    const list = (await service.send('GET', '/complain')).as(ComplaintList);
    expect(list.items.map((item) => item.id)).toContain(filed.id);

    const change = { id: filed.id, status: 'in_progress', progress: 40, note: 'A crew is on its way.' };
    const worked = (await admin.send('PUT', '/complain', { json: change })).as(Complaint);
    expect(worked).toMatchObject({ status: 'in_progress', progress: 40, version: 2 });
    const detail = (await service.send('GET', `/complain?id=${filed.id}`)).as(ComplaintDetail);
    expect(detail.timeline.map((entry) => entry.kind)).toEqual(['created', 'status']);

    const deleted = await admin.send('POST', '/complain/delete', { json: { id: filed.id } });
    expect(deleted.as(Deleted)).toEqual({ id: filed.id, deleted: true });
    await service.settle();
    expect([401, 404]).toContain((await fetch(filed.images[0]?.url ?? '')).status);
    (await service.send('GET', `/complain?id=${filed.id}`)).problem(404);
  });

  it('gives a name to one of many who want it at once, and lets them in by any spelling of it', async () => {
    const username = uniqueName('Many');
    const wanted = [username, username.toUpperCase(), username, username.toLowerCase()];
    const answers = await Promise.all(
      wanted.map((name) =>
        service.send('POST', '/user', { json: { username: name, password: PASSWORD, name: 'One' } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const owner = await service.login(username.toUpperCase());
    expect((await owner.send('DELETE', '/user', { json: { password: PASSWORD } })).status).toBe(204);
    (await service.send('POST', '/login', { json: { username, password: PASSWORD } })).problem(401);
  });

  it('finds a username that an admin typed in capitals on MariaDB only, and the doctor names it', async () => {
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

  it('takes the changes of many writers one after the other, and loses none', async () => {
    const admin = await service.person('admin');
    const { id } = await (await service.person()).file();
    const notes = ['first', 'second', 'third', 'fourth', 'fifth'];
    const change = (note: string) => admin.send('PUT', '/complain', { json: { id, note } });
    const answers = await Promise.all(notes.map(change));
    const told = notes.filter((_, index) => answers[index]?.status === 200);
    const detail = (await admin.send('GET', `/complain?id=${id}`)).as(ComplaintDetail);
    const kept = detail.timeline.flatMap(({ note }) => (note ? [note] : []));
    expect(kept.sort()).toEqual(told.sort());
    expect(detail.version).toBe(1 + told.length);
  });

  it('shows the pages, and tells of the paths that there are', async () => {
    expect((await service.send('GET', '/')).headers['content-type']).toContain('text/html');
    const document = await service.send('GET', '/openapi.json');
    expect(JSON.parse(document.text).paths['/login'].servers).toMatchObject([{ url: '/' }]);
    expect((await service.send('GET', '/nowhere')).problem(404).detail).toContain('/complain/stats');
    expect((await service.send('GET', '/login')).problem(405).detail).toBe('This path answers POST, OPTIONS.');
  });
});
