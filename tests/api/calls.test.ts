import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PASSWORD } from '../support/enrol.ts';
import { logOf } from '../support/function-log.ts';
import { type Person, type Service, startService, uniqueName } from '../support/harness.ts';
import { makePicture } from '../support/pictures.ts';
import type { Answer } from '../support/send.ts';

type Cost = { calls: number; depth: number };

const README = readFileSync(new URL('../../functions/README.md', import.meta.url), 'utf8');

/** The rows of the README's table between the markers: calls and depth by what is done. */
function documented(): Map<string, Cost> {
  const table = README.split('<!-- calls:start -->')[1]?.split('<!-- calls:end -->')[0] ?? '';
  const rows = [...table.matchAll(/^\| (.+?) \| (\d+) \| (\d+) \|/gm)];
  return new Map(rows.map(([, what = '', calls, depth]) => [what, { calls: Number(calls), depth: Number(depth) }]));
}

let service: Service;
let user: Person;
let staff: Person;
let admin: Person;

beforeAll(async () => {
  // A hedge delay of 20 s keeps reads from being repeated on a busy machine, which would change the counts.
  service = await startService({ APPWRITE_HEDGE_MS: '20000', APPWRITE_TIMEOUT_MS: '20000' }, { delays: true });
  user = await service.person();
  staff = await service.person('staff');
  admin = await service.person('admin');
  // Warms up: the first erasure creates its lock, and each limit creates its row once per half minute.
  await service.login(user.username);
  await service.send('POST', '/recovery', json({ username: user.username }));
  await service.send('POST', '/user', json({ username: uniqueName(), password: PASSWORD, name: 'New Person' }));
  await admin.send('DELETE', '/user', json({ username: (await service.person()).username }));
  // Warms up: the first complaint creates the totals, and the first one of an hour creates its limit.
  const warm = await user.file({ category: 'roads' });
  await staff.send('PUT', '/complain', json({ id: (await user.file()).id, status: 'rejected', note: 'No.' }));
  for (const status of ['acknowledged', 'in_progress', 'resolved']) {
    await staff.send('PUT', '/complain', { json: { id: warm.id, status } });
  }
});
afterAll(() => service.close());

const json = (body: unknown) => ({ json: body });

async function threePictures(): Promise<FormData> {
  const form = new FormData();
  form.set('title', 'A broken lamp');
  form.set('description', 'It has been dark for a week.');
  const picture = new Blob([new Uint8Array(await makePicture('jpeg'))]);
  for (const field of ['image1', 'image2', 'image3']) form.set(field, picture, 'lamp.jpg');
  return form;
}

const STORIES: Record<string, () => Promise<[functionId: string, answer: Answer]>> = {
  '`POST /login`': async () => {
    const credentials = json({ username: user.username, password: PASSWORD });
    return ['auth', await service.send('POST', '/login', credentials)];
  },
  '`POST /logout`': async () => {
    const person = await service.login(user.username);
    return ['auth', await person.send('POST', '/logout', json({}))];
  },
  '`POST /recovery`': async () => ['auth', await service.send('POST', '/recovery', json({ username: uniqueName() }))],
  '`POST /user`': async () => {
    const body = json({ username: uniqueName(), password: PASSWORD, name: 'New Person' });
    return ['users', await service.send('POST', '/user', body)];
  },
  '`GET /user`': async () => ['users', await user.send('GET', '/user')],
  '`GET /user?username=`': async () => ['users', await staff.send('GET', `/user?username=${user.username}`)],
  '`GET /user?role=staff`': async () => ['users', await staff.send('GET', '/user?role=staff')],
  '`PUT /user` with a name': async () => ['users', await user.send('PUT', '/user', json({ name: 'Another Name' }))],
  '`PUT /user` with a phone number': async () => {
    return ['users', await user.send('PUT', '/user', json({ phone: '+491701234567' }))];
  },
  '`PUT /user/role`': async () => {
    const { username } = await service.person();
    return ['users', await admin.send('PUT', '/user/role', json({ username, role: 'staff' }))];
  },
  '`DELETE /user`': async () => {
    const { username } = await service.person();
    return ['users', await admin.send('DELETE', '/user', json({ username }))];
  },
  '`GET /complain`': async () => ['complaints', await service.send('GET', '/complain')],
  '`GET /complain` with `TOKEN`': async () => ['complaints', await user.send('GET', '/complain')],
  '`GET /complain?id=`': async () => {
    const { id } = await user.file();
    return ['complaints', await service.send('GET', `/complain?id=${id}`)];
  },
  '`GET /complain?reference=`': async () => {
    const { reference } = await user.file();
    return ['complaints', await service.send('GET', `/complain?reference=${reference}`)];
  },
  '`GET /complain/categories`': async () => ['complaints', await service.send('GET', '/complain/categories')],
  '`POST /complain`': async () => {
    const body = json({ title: 'A broken lamp', description: 'Dark.' });
    return ['complaints', await user.send('POST', '/complain', body)];
  },
  '`POST /complain` with 3 pictures': async () => {
    return ['complaints', await user.send('POST', '/complain', { form: await threePictures() })];
  },
  '`PUT /complain`': async () => {
    const { id } = await user.file();
    return ['complaints', await staff.send('PUT', '/complain', json({ id, status: 'acknowledged' }))];
  },
  '`POST /complain/rate`': async () => {
    const { id } = await user.file();
    for (const status of ['acknowledged', 'resolved']) await staff.send('PUT', '/complain', json({ id, status }));
    return ['complaints', await user.send('POST', '/complain/rate', json({ id, score: 5 }))];
  },
  '`POST /complain/images` with 3 pictures': async () => {
    const { id } = await user.file();
    const form = await threePictures();
    form.delete('title');
    form.delete('description');
    form.set('id', id);
    return ['complaints', await user.send('POST', '/complain/images', { form })];
  },
  '`POST /complain/follow`': async () => {
    const { id } = await user.file();
    return ['complaints', await staff.send('POST', '/complain/follow', json({ id }))];
  },
  '`POST /complain/unfollow`': async () => {
    const { id } = await user.file();
    await staff.send('POST', '/complain/follow', json({ id }));
    return ['complaints', await staff.send('POST', '/complain/unfollow', json({ id }))];
  },
  '`PUT /complain` with `duplicateOf`': async () => {
    const [original, double] = [await user.file(), await user.file()];
    const body = json({ id: double.id, duplicateOf: original.id });
    const answer = await admin.send('PUT', '/complain', body);
    // A list that contains a duplicate also reads the original, so the duplicate is deleted again.
    await admin.send('POST', '/complain/delete', json({ id: double.id }));
    return ['complaints', answer];
  },
  '`PUT /complain/bulk` with one complaint': async () => {
    const { id } = await user.file();
    return ['complaints', await staff.send('PUT', '/complain/bulk', json({ ids: [id], change: { note: 'Seen.' } }))];
  },
  '`GET /complain/similar` by place': async () => {
    await user.file({ latitude: 10, longitude: 10 });
    return ['complaints', await service.send('GET', '/complain/similar?latitude=10&longitude=10')];
  },
  '`GET /complain/similar` by one word': async () => {
    await user.file({ title: 'Similar to this' });
    return ['complaints', await service.send('GET', '/complain/similar?q=similar')];
  },
  '`GET /complain?following=true`': async () => {
    const { id } = await user.file();
    await admin.send('POST', '/complain/follow', json({ id }));
    return ['complaints', await admin.send('GET', '/complain?following=true')];
  },
  '`POST /complain/delete`': async () => {
    const { id } = await user.file();
    return ['complaints', await admin.send('POST', '/complain/delete', json({ id }))];
  },
};

it('the README of functions lists the Appwrite calls of every endpoint, and no others', () => {
  expect([...documented().keys()].sort()).toEqual(Object.keys(STORIES).sort());
});

async function costOf(what: string): Promise<Cost> {
  const story = STORIES[what];
  if (!story) throw new Error(`no story for ${what}`);
  const [functionId, answer] = await story();
  expect(answer.status).toBeLessThan(300);
  const { calls, depth } = await logOf(service, functionId, answer);
  return { calls, depth };
}

it.each(Object.keys(STORIES))('%s costs the Appwrite calls that the README states', async (what) => {
  // On a busy machine a call may end before a parallel one begins, which counts as two in a row. So the test takes the
  // smallest of five tries.
  let least = await costOf(what);
  for (let more = 4; more > 0 && !isDeepStrictEqual(least, documented().get(what)); more -= 1) {
    const again = await costOf(what);
    if (again.calls <= least.calls && again.depth <= least.depth) least = again;
  }
  expect(least).toEqual(documented().get(what));
});
