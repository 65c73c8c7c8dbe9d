import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeFile, storeFile } from '#shared/appwrite/media.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { imageFileId, laterImageId } from '#shared/domain/ids.ts';
import { change, detailOf, fileWithPictures, runTwoDailyPasses } from '../../support/complaints.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';
import { inspect } from '../../support/invariants.ts';
import { makePicture } from '../../support/pictures.ts';
import type { Answer } from '../../support/send.ts';

let service: Service;
let reporter: Person;
let staff: Person;
let picture: Buffer;

beforeAll(async () => {
  service = await startService();
  [reporter, staff] = await service.people('user', 'staff');
  picture = await makePicture('jpeg');
});
afterAll(() => service.close());

function formOf(id: string, count: number, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ id, ...fields })) form.set(name, value);
  for (let n = 1; n <= count; n += 1) form.set(`image${n}`, new Blob([new Uint8Array(picture)]), 'later.jpg');
  return form;
}
const add = (person: Pick<Person, 'send'>, form: FormData, headers: Record<string, string> = {}) =>
  person.send('POST', '/complain/images', { form, headers });
const statusOf = async (url: string) => {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.status;
};

it('are added by reporter and staff with one entry each, are cleaned, and their URLs end with hiding and deletion', async () => {
  const { id } = await fileWithPictures(reporter, 3);
  const added = (await add(reporter, formOf(id, 2, { note: 'Worse now.' }))).as(Complaint);
  expect(added).toMatchObject({ version: 2 });
  expect(added.images).toHaveLength(5);
  const json = { id, images: [picture.toString('base64')] };
  const more = (await staff.send('POST', '/complain/images', { json })).as(Complaint);
  expect(more.images.slice(0, 5)).toEqual(added.images);
  const { timeline } = await detailOf(service, id);
  expect(timeline.map(({ kind, images }) => [kind, images?.map((image) => image.id) ?? null])).toEqual([
    ['created', null],
    ['images', added.images.slice(3).map((image) => image.id)],
    ['images', more.images.slice(5).map((image) => image.id)],
  ]);
  expect(timeline[1]).toMatchObject({
    note: 'Worse now.',
    role: 'user',
    by: null,
    changed: ['images'],
    internal: false,
  });
  const urls = more.images.map(({ url }) => url);
  expect(await Promise.all(urls.map(statusOf))).toEqual(urls.map(() => 200));
  await change(staff, { id, hidden: true });
  expect(await Promise.all(urls.map(statusOf))).not.toContain(200);
  const whileHidden = (await add(staff, formOf(id, 1))).as(Complaint);
  const secret = whileHidden.images.map(({ url }) => url);
  const shown = await change(staff, { id, hidden: false });
  expect(shown.images).toHaveLength(7);
  const [admin] = await service.people('admin');
  await admin.send('POST', '/complain/delete', { json: { id } });
  await service.local.settle();
  expect(await Promise.all([...urls, ...secret].map(statusOf))).not.toContain(200);
  expect(await inspect(service)).toMatchObject({ orphans: [], unreferenced: [] });
});

it('are limited to twelve on a complaint in all, also when several requests add some at the same moment', async () => {
  const { id } = await fileWithPictures(reporter, 3);
  const answers = await Promise.all(Array.from({ length: 4 }, () => add(reporter, formOf(id, 3))));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 422]);
  const { errors } = (await add(staff, formOf(id, 1))).problem(422);
  expect(errors).toMatchObject([{ field: 'images', code: 'too_many' }]);
  expect((await detailOf(service, id)).images).toHaveLength(12);
  expect(await inspect(service)).toMatchObject({ orphans: [], unreferenced: [], dangling: [], timelines: [] });
});

it('are refused from others, after the end, without a picture, and with another file, and then nothing is stored', async () => {
  const { id } = await reporter.file();
  const other = await service.person();
  (await add(service, formOf(id, 1))).problem(401);
  (await add(other, formOf(id, 1))).problem(403);
  (await add(staff, formOf('z'.repeat(20), 1))).problem(404);
  (await add(staff, formOf('nonsense', 1))).problem(422);
  (await add(staff, formOf(id, 0))).problem(422);
  (await add(staff, formOf(id, 1, { title: 'x' }))).problem(422);
  (await staff.send('POST', '/complain/images', { json: { id, images: ['JVBERi0xLjcK'] } })).problem(415);
  (await add(staff, formOf(id, 1), { 'if-match': '"7"' })).problem(412);
  await change(staff, { id, hidden: true });
  (await add(other, formOf(id, 1))).problem(404);
  await change(staff, { id, status: 'rejected', note: 'No.' });
  (await add(reporter, formOf(id, 1))).problem(403);
  (await add(staff, formOf(id, 1), { 'if-match': '"3"' })).as(Complaint);
  expect((await detailOf(staff, id)).images).toHaveLength(1);
  expect(await inspect(service)).toMatchObject({ orphans: [], unreferenced: [] });
});

it('are added once under an Idempotency-Key, however often they are sent', async () => {
  const [one, two] = [await reporter.file(), await reporter.file()];
  const key = { 'idempotency-key': uniqueName('key') };
  const send = (id = one.id, note = 'Now.') => add(reporter, formOf(id, 1, { note }), key);
  const both = await Promise.all([send(), send()]);
  // The second is a 409 while the first one runs, and a replay after it has ended.
  const isFirst = ({ status, headers }: Answer) => status === 200 && headers['idempotent-replayed'] === undefined;
  expect(both.filter(isFirst)).toHaveLength(1);
  expect([200, 409]).toContain(both.find((answer) => !isFirst(answer))?.status);
  const again = await send();
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(again.as(Complaint)).toMatchObject({ version: 2 });
  expect((await send(two.id)).problem(422).code).toBe('idempotency_key_reused');
  expect((await send(one.id, 'Then.')).problem(422).code).toBe('idempotency_key_reused');
  expect((await detailOf(service, one.id)).images).toHaveLength(1);
  // A refused request leaves its key free.
  const other = { 'idempotency-key': uniqueName('key') };
  (await add(reporter, formOf(one.id, 1), { ...other, 'if-match': '"1"' })).problem(412);
  (await add(reporter, formOf(one.id, 1), { ...other, 'if-match': '"2"' })).as(Complaint);
});

it('that no row names are removed by the daily pass, unless the row’s pictures cannot be parsed', async () => {
  const { connection } = service;
  const [kept, broken] = [await fileWithPictures(reporter, 1), await reporter.file()];
  const later = (await add(reporter, formOf(kept.id, 1))).as(Complaint);
  const left = laterImageId(kept.id);
  const unknown = laterImageId(broken.id);
  for (const id of [left, unknown]) await storeFile(connection.gateway, { id, name: `${id}.jpg`, parts: [picture] });
  const row = await connection.store.complaints.find(broken.id);
  if (row) await connection.store.complaints.replace(row, { images: 'not JSON' });
  const start = await service.local.snapshot();
  await runTwoDailyPasses(service);
  const urls = later.images.map(({ url }) => url);
  expect(await Promise.all(urls.map(statusOf))).toEqual([200, 200]);
  expect((await inspect(service)).unreferenced).toEqual([unknown]);
  expect(later.images[0]?.id).toBe(imageFileId(kept.id, 0));
  // Moves the clock back, so that the tokens of the other tests stay valid.
  await service.local.restore(start);
  const files = [left, unknown].map((id) => removeFile(connection.gateway, id));
  await Promise.all(files);
});
