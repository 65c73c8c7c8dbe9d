import * as z from 'zod/mini';
import { SECOND } from '#shared/domain/clock.ts';
import { makePhoto } from './photo.ts';
import { sendRequest } from './send-request.ts';
import {
  askAs,
  createTestAccount,
  expectStatus,
  removeTestAccount,
  type SmokeRun,
  type TestAccount,
} from './test-accounts.ts';
import type { Ask } from './transports.ts';

export type Step = (name: string, work: () => Promise<void>) => Promise<void>;

const Filed = z.object({ id: z.string(), version: z.number(), images: z.array(z.object({ url: z.string() })) });
const Listed = z.object({ items: z.array(z.object({ id: z.string() })) });
const Detail = z.object({ status: z.string(), timeline: z.array(z.object({ kind: z.string() })) });

const GONE_SECONDS = 60;
const on = (method: Ask['method'], path: string, more: Partial<Ask> = {}): Ask => ({
  method,
  path,
  ...more,
});

type Play = SmokeRun & { step: Step; cast: TestAccount[]; filed: string[] };

/** Files with a photo, lists, works on and deletes a complaint; checks that the photo is gone, and cleans up. */
export async function runStory(scene: SmokeRun, step: Step): Promise<void> {
  const play: Play = { ...scene, step, cast: [], filed: [] };
  try {
    await act(play);
  } finally {
    await step('clean up', () => cleanUp(play));
  }
}

async function act(play: Play): Promise<void> {
  const { door, step, cast } = play;
  await step('register, log in', async () => {
    await createTestAccount(play, 'user', cast);
    await createTestAccount(play, 'admin', cast);
  });
  const [reporter, admin] = cast;
  if (!reporter || !admin) throw new Error('nobody entered');
  let photo = '';
  await step('file a complaint with a photo, and see the photo', async () => {
    photo = await file(play, reporter);
  });
  const [id = ''] = play.filed;
  await step('see it listed', async () => {
    const { items } = z.parse(Listed, expectStatus(await door.ask(on('GET', '/complain?page=1')), 200));
    if (!items.some((item) => item.id === id)) throw new Error(`${id} is not on the first page`);
  });
  await step('strangers and reporters may not work on it', async () => {
    const json = { id, status: 'in_progress' };
    expectStatus(await door.ask(on('PUT', '/complain', { json })), 401);
    expectStatus(await door.ask(askAs(reporter, on('PUT', '/complain', { json }))), 403);
  });
  await step('work on it, and see the timeline', () => workOn(play, admin, id));
  await step('delete it, and see it and its photo gone', () => remove(play, admin, { id, photo }));
}

async function file({ door, filed, connection }: Play, reporter: TestAccount): Promise<string> {
  const fields = { title: 'Smoke test', description: 'Made by npm run smoke, and deleted by it.' };
  const photo = makePhoto();
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('image1', new Blob([photo], { type: 'image/png' }), 'photo.png');
  const json = { ...fields, images: [photo.toString('base64')] };
  const ask = on('POST', '/complain', door.takesForms ? { form } : { json });
  const { id, images } = z.parse(Filed, expectStatus(await door.ask(askAs(reporter, ask)), 201));
  filed.push(id);
  const url = images[0]?.url ?? '';
  const seen = await sendRequest(connection.target.endpoint, url, { method: 'GET' });
  if (seen.status !== 200) throw new Error(`the photo at ${url.split('?')[0]} answers ${seen.status}`);
  return url;
}

async function workOn({ door }: Play, admin: TestAccount, id: string): Promise<void> {
  const json = { id, status: 'in_progress', progress: 40, note: 'A crew is on its way.' };
  const worked = z.parse(Filed, expectStatus(await door.ask(askAs(admin, on('PUT', '/complain', { json }))), 200));
  if (worked.version !== 2) throw new Error(`version ${worked.version} after one change`);
  const detail = z.parse(Detail, expectStatus(await door.ask(on('GET', `/complain?id=${id}`)), 200));
  const kinds = detail.timeline.map(({ kind }) => kind).join(' ');
  if (kinds !== 'created status') throw new Error(`the timeline reads ${kinds}`);
}

type Gone = { id: string; photo: string };

async function remove({ door, connection, filed }: Play, admin: TestAccount, { id, photo }: Gone): Promise<void> {
  expectStatus(await door.ask(askAs(admin, on('POST', '/complain/delete', { json: { id } }))), 200);
  expectStatus(await door.ask(on('GET', `/complain?id=${id}`)), 404);
  filed.length = 0;
  const end = Date.now() + GONE_SECONDS * SECOND;
  while (Date.now() < end) {
    const { status } = await sendRequest(connection.target.endpoint, photo, { method: 'GET' });
    if (status === 401 || status === 404) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`the photo can still be seen after ${GONE_SECONDS} seconds`);
}

async function cleanUp(play: Play): Promise<void> {
  for (const id of play.filed) await play.connection.store.complaints.remove(id);
  for (const player of play.cast) await removeTestAccount(play, player);
}
