import { type Client, Tokens } from 'node-appwrite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccess, retireAccess } from '#shared/appwrite/media.ts';
import { ComplaintDetail } from '#shared/contract/responses.ts';
import { renewAccess } from '#shared/services/complaints/image-access.ts';
import { change, detailOf, fileWithPictures, idsOf, listOf, runMaintenanceOnce } from '../../support/complaints.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let stranger: Person;
let staff: Person;

beforeAll(async () => {
  service = await startService();
  [reporter, stranger, staff] = await service.people('user', 'user', 'staff');
});
afterAll(() => service.close());

type Pictured = { images: readonly { url: string; previewUrl: string }[] };
const urlsOf = ({ images }: Pictured) => images.flatMap(({ url, previewUrl }) => [url, previewUrl]);

async function statuses(complaint: Pictured): Promise<number[]> {
  return Promise.all(urlsOf(complaint).map(async (url) => (await fetch(url)).status));
}

async function rowOf(id: string) {
  const row = await service.connection.store.complaints.find(id);
  if (!row) throw new Error('gone');
  return row;
}

it('hides a complaint from everybody but the desk and its reporter', async () => {
  const { id } = await reporter.file();
  const before = await listOf(service);
  await change(staff, { id, hidden: true, note: 'It names a private person.' });
  for (const viewer of [service, stranger]) {
    (await viewer.send('GET', `/complain?id=${id}`)).problem(404);
    expect(idsOf(await listOf(viewer))).not.toContain(id);
    expect(idsOf(await listOf(viewer, { q: 'broken lamp', username: reporter.username }))).not.toContain(id);
  }
  expect((await listOf(service)).total).toBe((before.total ?? 0) - 1);
  for (const viewer of [reporter, staff]) {
    expect(await detailOf(viewer, id)).toMatchObject({ hidden: true });
    expect(idsOf(await listOf(viewer))).toContain(id);
  }
  expect(idsOf(await listOf(reporter, { mine: true }))).toContain(id);
  expect((await detailOf(reporter, id)).timeline.at(-1)).toMatchObject({
    note: 'It names a private person.',
    by: null,
  });
});

it('answers a stranger about a hidden complaint as about an unknown one', async () => {
  const { id } = await reporter.file();
  await change(staff, { id, hidden: true });
  const json = { id };
  (await stranger.send('POST', '/complain/delete', { json })).problem(404);
  (await stranger.send('PUT', '/complain', { json: { id, note: 'hello' } })).problem(404);
  expect(await detailOf(staff, id)).toMatchObject({ version: 2 });
});

it('ends the public URLs, gives new ones to viewers who may see it, and showing it again makes those public', async () => {
  const filed = await fileWithPictures(reporter, 2);
  expect(await statuses(filed)).toEqual([200, 200, 200, 200]);
  const hidden = await change(staff, { id: filed.id, hidden: true });
  expect(new Set(await statuses(filed))).not.toContain(200);
  expect(await statuses(hidden)).toEqual([200, 200, 200, 200]);
  expect(await statuses(await detailOf(reporter, filed.id))).toEqual([200, 200, 200, 200]);
  const shown = await change(staff, { id: filed.id, hidden: false });
  expect(await statuses(await detailOf(service, filed.id))).toEqual([200, 200, 200, 200]);
  const again = await change(staff, { id: filed.id, hidden: true });
  expect(new Set(await statuses(shown))).not.toContain(200);
  expect(await statuses(again)).toEqual([200, 200, 200, 200]);
});

/** Leaves what a function leaves that died after the commit and before it ended the old URLs. */
async function hiddenHalfway() {
  const filed = await fileWithPictures(reporter, 1);
  const hidden = await change(staff, { id: filed.id, hidden: true });
  const row = await rowOf(filed.id);
  const old = await new Tokens(service.connection.gateway.client).createFileToken({
    bucketId: 'media',
    fileId: row.images[0]?.id ?? '',
  });
  await new Promise((next) => setTimeout(next, 2));
  const images = await renewAccess(service.connection, row.images);
  await service.connection.store.complaints.replace(row, { images: JSON.stringify(images) });
  const leaked = {
    images: hidden.images.map((image) => ({
      ...image,
      previewUrl: image.url.replace(/token=.*/, `token=${old.secret}`),
    })),
  };
  expect(new Set(await statuses(leaked))).toContain(200);
  return { id: filed.id, leaked };
}

it('is finished by the next request, when the first one died before the old URLs ended', async () => {
  const { id, leaked } = await hiddenHalfway();
  const again = await change(staff, { id, hidden: true });
  expect(again.version).toBe(2);
  expect(new Set(await statuses(leaked))).not.toContain(200);
  expect(await statuses(again)).toEqual([200, 200]);
});

it('is finished by the schedule, when there is no other request', async () => {
  const { id, leaked } = await hiddenHalfway();
  await runMaintenanceOnce(service);
  expect(new Set(await statuses(leaked))).not.toContain(200);
  expect(await statuses(await detailOf(staff, id))).toEqual([200, 200]);
});

it('takes effect on complaints hidden in the console with the next maintenance', async () => {
  const filed = await fileWithPictures(reporter, 1);
  await service.connection.store.complaints.replace(await rowOf(filed.id), { hidden: true });
  (await service.send('GET', `/complain?id=${filed.id}`)).problem(404);
  await runMaintenanceOnce(service);
  expect(new Set(await statuses(filed))).not.toContain(200);
  expect(await statuses(await detailOf(staff, filed.id))).toEqual([200, 200]);
  const shown = await change(staff, { id: filed.id, hidden: false });
  expect(await statuses(shown)).toEqual([200, 200]);
});

const ACTIONS = {
  hide: (id: string) => change(staff, { id, hidden: true }),
  show: (id: string) => change(staff, { id, hidden: false }),
  note: (id: string) => change(staff, { id, internalNote: 'Looked at.' }),
  'hide in the console': async (id: string) =>
    void (await service.connection.store.complaints.replace(await rowOf(id), { hidden: true })),
  'show in the console': async (id: string) =>
    void (await service.connection.store.complaints.replace(await rowOf(id), { hidden: false })),
  maintenance: () => runMaintenanceOnce(service),
} as const;
type Action = keyof typeof ACTIONS;

/** Does the actions one after the other; resolves to every picture that a stranger was shown in between. */
async function follow(id: string, actions: readonly Action[]): Promise<Pictured> {
  const seen: { url: string; previewUrl: string }[] = [];
  for (const action of actions) {
    await ACTIONS[action](id);
    const answer = await service.send('GET', `/complain?id=${id}`);
    if (answer.status === 200) seen.push(...answer.as(ComplaintDetail).images);
  }
  return { images: seen };
}

it('ends every URL that the public was ever shown, whoever hides it, in any order', async () => {
  const fixed: Action[][] = [
    ['hide', 'show in the console', 'hide in the console', 'maintenance', 'maintenance'],
    ['hide', 'show in the console', 'maintenance', 'hide in the console', 'maintenance'],
    ['hide in the console', 'note', 'show in the console', 'maintenance', 'hide'],
  ];
  const names = Object.keys(ACTIONS) as Action[];
  const random = () => Array.from({ length: 6 }, () => names[Math.floor(Math.random() * names.length)] ?? 'hide');
  for (const actions of [...fixed, random()]) {
    const filed = await fileWithPictures(reporter, 1);
    const shown = await follow(filed.id, [...actions, 'hide in the console', 'maintenance']);
    const after = await detailOf(staff, filed.id);
    expect([actions, new Set(await statuses(filed))]).toEqual([actions, new Set([401])]);
    expect([actions, (await statuses(shown)).includes(200)]).toEqual([actions, false]);
    expect([actions, await statuses(after)]).toEqual([actions, [200, 200]]);
    await follow(filed.id, ['show in the console', 'maintenance']);
    expect(await statuses(await detailOf(service, filed.id))).toEqual([200, 200]);
  }
});

it('shows no picture of a complaint that was shown in the console until maintenance has made their URLs', async () => {
  const { id } = await fileWithPictures(reporter, 1);
  await follow(id, ['hide', 'show in the console']);
  expect((await detailOf(service, id)).images).toEqual([]);
  await runMaintenanceOnce(service);
  expect(await statuses(await detailOf(service, id))).toEqual([200, 200]);
});

/** Lists tokens as Appwrite does: at most 100, oldest first. */
function inPages({ gateway }: Service['connection']): Service['connection']['gateway'] {
  const client = Object.create(gateway.client);
  client.call = async (...call: Parameters<Client['call']>) => {
    const answer = await gateway.client.call(...call);
    if (call[0] !== 'get' || !Array.isArray(answer.tokens)) return answer;
    const byTime = [...answer.tokens].sort((a, b) => (a.$createdAt < b.$createdAt ? -1 : 1));
    return { ...answer, tokens: byTime.slice(0, 100) };
  };
  return { ...gateway, client };
}

it('ends old URLs on all pages of a list of tokens', async () => {
  const { images } = await rowOf((await fileWithPictures(reporter, 1)).id);
  const [image] = images;
  if (!image) throw new Error('no picture');
  const { gateway } = service.connection;
  const tokens = new Tokens(gateway.client);
  const file = { bucketId: 'media', fileId: image.id };
  for (let made = 0; made < 240; made += 40) {
    await Promise.all(Array.from({ length: 40 }, () => tokens.createFileToken(file)));
  }
  await new Promise((next) => setTimeout(next, 2));
  const { tokenId } = await createAccess(gateway, image.id);
  await new Promise((next) => setTimeout(next, 2));
  const newer = await createAccess(gateway, image.id);
  expect(await retireAccess(inPages(service.connection), image.id, tokenId)).toBe(true);
  const { tokens: left } = await tokens.list({ ...file, queries: [] });
  expect(left.map((token) => token.$id).sort()).toEqual([tokenId, newer.tokenId].sort());
  expect(await retireAccess(inPages(service.connection), image.id, 'gone')).toBe(false);
});

it('gives the pictures of a hidden complaint new URLs when the old ones were deleted in the console', async () => {
  const { id } = await fileWithPictures(reporter, 1);
  await change(staff, { id, hidden: true });
  const [image] = (await rowOf(id)).images;
  await new Tokens(service.connection.gateway.client).delete({ tokenId: image?.tokenId ?? '' });
  expect(await statuses(await detailOf(staff, id))).toEqual([401, 401]);
  await runMaintenanceOnce(service);
  expect(await statuses(await detailOf(staff, id))).toEqual([200, 200]);
});

it('survives simultaneous hiding and showing: the pictures open for whoever may see them', async () => {
  const filed = await fileWithPictures(reporter, 1);
  const turns = Array.from({ length: 12 }, (_, turn) => change(staff, { id: filed.id, hidden: turn % 2 === 0 }));
  await Promise.all(turns);
  await change(staff, { id: filed.id, hidden: true });
  expect(await statuses(await detailOf(staff, filed.id))).toEqual([200, 200]);
  expect(new Set(await statuses(filed))).not.toContain(200);
});
