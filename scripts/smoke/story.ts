import * as z from 'zod/mini';
import { SECOND } from '#shared/domain/clock.ts';
import { makePhoto } from './photo.ts';
import { sendRequest } from './send-request.ts';
import {
  createTestAccount,
  expectStatus,
  removeTestAccount,
  type SmokeRun,
  type TestAccount,
  withToken,
} from './test-accounts.ts';
import type { ApiRequest } from './transports.ts';

export type Step = (name: string, work: () => Promise<void>) => Promise<void>;

const Filed = z.object({ id: z.string(), version: z.number(), images: z.array(z.object({ url: z.string() })) });
const Listed = z.object({ items: z.array(z.object({ id: z.string() })) });
const Detail = z.object({ status: z.string(), timeline: z.array(z.object({ kind: z.string() })) });

const REMOVAL_SECONDS = 60;
const requestOf = (method: ApiRequest['method'], path: string, more: Partial<ApiRequest> = {}): ApiRequest => ({
  method,
  path,
  ...more,
});

type StoryRun = SmokeRun & { step: Step; accounts: TestAccount[]; filed: string[] };

/** Files with a photo, lists, works on and deletes a complaint; checks that the photo is gone, and cleans up. */
export async function runStory(smokeRun: SmokeRun, step: Step): Promise<void> {
  const run: StoryRun = { ...smokeRun, step, accounts: [], filed: [] };
  try {
    await playStory(run);
  } finally {
    await step('clean up', () => cleanUp(run));
  }
}

async function playStory(run: StoryRun): Promise<void> {
  const { transport, step, accounts } = run;
  await step('register, log in', async () => {
    await createTestAccount(run, 'user', accounts);
    await createTestAccount(run, 'admin', accounts);
  });
  const [reporter, admin] = accounts;
  if (!reporter || !admin) throw new Error('nobody entered');
  let photo = '';
  await step('file a complaint with a photo, and see the photo', async () => {
    photo = await file(run, reporter);
  });
  const [id = ''] = run.filed;
  await step('see it listed', async () => {
    const { items } = z.parse(Listed, expectStatus(await transport.send(requestOf('GET', '/complain?page=1')), 200));
    if (!items.some((item) => item.id === id)) throw new Error(`${id} is not on the first page`);
  });
  await step('strangers and reporters may not work on it', async () => {
    const json = { id, status: 'in_progress' };
    expectStatus(await transport.send(requestOf('PUT', '/complain', { json })), 401);
    expectStatus(await transport.send(withToken(reporter, requestOf('PUT', '/complain', { json }))), 403);
  });
  await step('work on it, and see the timeline', () => workOn(run, admin, id));
  await step('delete it, and see it and its photo gone', () => remove(run, admin, { id, photo }));
}

async function file({ transport, filed, connection }: StoryRun, reporter: TestAccount): Promise<string> {
  const fields = { title: 'Smoke test', description: 'Made by npm run smoke, and deleted by it.' };
  const photo = makePhoto();
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('image1', new Blob([photo], { type: 'image/png' }), 'photo.png');
  const json = { ...fields, images: [photo.toString('base64')] };
  const filing = requestOf('POST', '/complain', transport.takesForms ? { form } : { json });
  const { id, images } = z.parse(Filed, expectStatus(await transport.send(withToken(reporter, filing)), 201));
  filed.push(id);
  const url = images[0]?.url ?? '';
  const seen = await sendRequest(connection.target.endpoint, url, { method: 'GET' });
  if (seen.status !== 200) throw new Error(`the photo at ${url.split('?')[0]} answers ${seen.status}`);
  return url;
}

async function workOn({ transport }: StoryRun, admin: TestAccount, id: string): Promise<void> {
  const json = { id, status: 'in_progress', progress: 40, note: 'A crew is on its way.' };
  const worked = z.parse(
    Filed,
    expectStatus(await transport.send(withToken(admin, requestOf('PUT', '/complain', { json }))), 200),
  );
  if (worked.version !== 2) throw new Error(`version ${worked.version} after one change`);
  const detail = z.parse(Detail, expectStatus(await transport.send(requestOf('GET', `/complain?id=${id}`)), 200));
  const kinds = detail.timeline.map(({ kind }) => kind).join(' ');
  if (kinds !== 'created status') throw new Error(`the timeline reads ${kinds}`);
}

type Removed = { id: string; photo: string };

async function remove(
  { transport, connection, filed }: StoryRun,
  admin: TestAccount,
  { id, photo }: Removed,
): Promise<void> {
  expectStatus(await transport.send(withToken(admin, requestOf('POST', '/complain/delete', { json: { id } }))), 200);
  expectStatus(await transport.send(requestOf('GET', `/complain?id=${id}`)), 404);
  filed.length = 0;
  const end = Date.now() + REMOVAL_SECONDS * SECOND;
  while (Date.now() < end) {
    const { status } = await sendRequest(connection.target.endpoint, photo, { method: 'GET' });
    if (status === 401 || status === 404) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`the photo can still be seen after ${REMOVAL_SECONDS} seconds`);
}

async function cleanUp(run: StoryRun): Promise<void> {
  for (const id of run.filed) await run.connection.store.complaints.remove(id);
  for (const account of run.accounts) await removeTestAccount(run, account);
}
