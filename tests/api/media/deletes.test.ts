import type { Snapshot } from 'local-appwrite';
import { Query, Storage } from 'node-appwrite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { storeFile } from '#shared/appwrite/media.ts';
import { BUCKET_ID, DATABASE_ID } from '#shared/appwrite/resources.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import { imageFileId } from '#shared/domain/ids.ts';
import { runMaintenanceOnce, runTwoDailyPasses } from '../../support/complaints.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';
import { photoForm } from '../../support/photo-form.ts';
import { makePicture } from '../../support/pictures.ts';

let service: Service;
let person: Person;
let living: Complaint;
let picture: Buffer;
let start: Snapshot;

beforeAll(async () => {
  service = await startService();
  person = await service.person();
  picture = await makePicture('png');
  living = await filed(3);
  start = await service.local.snapshot();
});
afterEach(() => service.local.restore(start));
afterAll(() => service.close());

async function filed(pictures: number): Promise<Complaint> {
  const form = photoForm(Array.from({ length: pictures }, () => picture));
  return (await person.send('POST', '/complain', { form })).as(Complaint, 201);
}

/** Inserts complaints as an import does, each with a picture of its own and an entry. */
async function imported(count: number): Promise<string[]> {
  const { store, gateway } = service.connection;
  const pattern = await store.complaints.find(living.id);
  if (!pattern) throw new Error('the living one is gone');
  const { $id: _, $createdAt: _c, $updatedAt: _u, $sequence: _s, images, ...columns } = pattern;
  const ids = Array.from({ length: count }, (_n, n) => `${Date.now()}`.slice(-9) + `imported${n}`.padStart(11, 'x'));
  const image = images[0];
  await Promise.all(
    ids.map(async (id) => {
      const fileId = imageFileId(id, 0);
      await storeFile(gateway, { id: fileId, name: `${fileId}.png`, parts: [picture] });
      const lists = listColumns(id, pattern);
      const pictures = JSON.stringify([{ ...image, id: fileId }]);
      await store.complaints.insert(id, { ...columns, ...lists, reference: null, images: pictures });
      const entry = { number: 1, role: 'user', kind: 'created', status: 'created', progress: 0, internal: false };
      await store.timeline.insert(id, { ...entry, complaintId: id });
    }),
  );
  return ids;
}

async function filesOf(ids: readonly string[]): Promise<number> {
  const { files } = await new Storage(service.connection.gateway.client).listFiles({
    bucketId: BUCKET_ID,
    queries: [Query.limit(5_000)],
  });
  return files.filter((file) => ids.some((id) => file.$id.startsWith(id))).length;
}

async function entriesOf(ids: readonly string[]): Promise<number> {
  const { rows } = await service.connection.store.timeline.list([Query.limit(5_000)]);
  return rows.filter((entry) => ids.includes(entry.complaintId)).length;
}

async function expectNothingLeft(ids: readonly string[]): Promise<void> {
  expect(await filesOf(ids)).toBe(0);
  expect(await entriesOf(ids)).toBe(0);
  expect(await filesOf([living.id])).toBe(3);
  expect(await entriesOf([living.id])).toBe(1);
}

/** Makes any Appwrite call with the admin's key. */
async function asAdmin(method: string, path: string, body?: unknown): Promise<string> {
  const { endpoint, projectId, apiKey } = service.local;
  const headers = { 'x-appwrite-project': projectId, 'x-appwrite-key': apiKey, 'content-type': 'application/json' };
  const answer = await fetch(`${endpoint}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.status === 204 ? '' : String(((await answer.json()) as { $id: unknown }).$id);
}

const ROWS = `/tablesdb/${DATABASE_ID}/tables/complaints/rows`;

describe('pictures and timeline of a complaint are removed within seconds', () => {
  it('when its reporter deletes it', async () => {
    const { id } = await filed(3);
    await person.send('POST', '/complain/delete', { json: { id } });
    await service.local.settle();
    await expectNothingLeft([id]);
  });

  it('when an admin deletes its row in the console', async () => {
    const { id } = await filed(2);
    await asAdmin('DELETE', `${ROWS}/${id}`);
    await service.local.settle();
    await expectNothingLeft([id]);
  });

  it('when an older client deletes it as a document', async () => {
    const { id } = await filed(1);
    await asAdmin('DELETE', `/databases/${DATABASE_ID}/collections/complaints/documents/${id}`);
    await service.local.settle();
    await expectNothingLeft([id]);
  });

  it('when it is deleted in a transaction', async () => {
    const { id } = await filed(3);
    const $id = await asAdmin('POST', '/tablesdb/transactions', { ttl: 60 });
    const operation = { action: 'delete', databaseId: DATABASE_ID, tableId: 'complaints', rowId: id };
    await asAdmin('POST', `/tablesdb/transactions/${$id}/operations`, { operations: [operation] });
    await asAdmin('PATCH', `/tablesdb/transactions/${$id}`, { commit: true });
    await service.local.settle();
    await expectNothingLeft([id]);
  });
});

describe('clean-up does not depend on the timeline', () => {
  /** Deletes as an admin does in the console: first every entry of the timeline, then the row. */
  async function deleteTracelessly(id: string): Promise<void> {
    await service.connection.store.timeline.removeWhere([Query.equal('complaintId', id)]);
    await asAdmin('DELETE', `${ROWS}/${id}`);
    await service.local.settle();
  }

  it('when the pictures are older than any filing takes: they are removed at once', async () => {
    const { id, images } = await filed(2);
    service.local.clock.advance(3 * MINUTE);
    await deleteTracelessly(id);
    await expectNothingLeft([id]);
    for (const { url } of images) expect((await fetch(url)).status).not.toBe(200);
  });

  it('when they are younger: they are removed by the next runs of maintenance', async () => {
    const { id } = await filed(2);
    await deleteTracelessly(id);
    expect(await filesOf([id])).toBe(2);
    for (let run = 0; run < 2; run += 1) await runMaintenanceOnce(service);
    await expectNothingLeft([id]);
  });

  it('when clean-up fails half-way: maintenance finishes it', async () => {
    const { id } = await filed(3);
    const path = '/v1/storage/buckets/media/files/*';
    service.local.faults.add({ kind: 'server-error', method: 'DELETE', path, times: 0 });
    await asAdmin('DELETE', `${ROWS}/${id}`);
    await service.local.settle();
    service.local.faults.clear();
    expect(await filesOf([id])).toBe(3);
    for (let run = 0; run < 2; run += 1) await runMaintenanceOnce(service);
    await expectNothingLeft([id]);
  });
});

describe('a day after the daily pass has recorded it, it removes what no event reported:', () => {
  it('rows deleted together, of which Appwrite reports only the first hundred', async () => {
    const ids = await imported(115);
    await asAdmin('DELETE', ROWS, { queries: [Query.equal('$id', ids)] });
    await service.local.settle();
    expect(await filesOf(ids)).toBe(15);
    await runTwoDailyPasses(service);
    await expectNothingLeft(ids);
  });

  it('rows deleted in bulk within a transaction', async () => {
    const ids = await imported(5);
    const $id = await asAdmin('POST', '/tablesdb/transactions', { ttl: 60 });
    const data = { queries: [Query.equal('$id', ids)] };
    const operation = { action: 'bulkDelete', databaseId: DATABASE_ID, tableId: 'complaints', data };
    await asAdmin('POST', `/tablesdb/transactions/${$id}/operations`, { operations: [operation] });
    await asAdmin('PATCH', `/tablesdb/transactions/${$id}`, { commit: true });
    await service.local.settle();
    expect(await filesOf(ids)).toBe(5);
    await runTwoDailyPasses(service);
    await expectNothingLeft(ids);
  });

  it('rows whose events were lost', async () => {
    const { id } = await filed(3);
    const lost = service.local.faults.add({ kind: 'event-lost', times: 0 });
    await asAdmin('DELETE', `${ROWS}/${id}`);
    await service.local.settle();
    lost.remove();
    expect(await filesOf([id])).toBe(3);
    await runTwoDailyPasses(service);
    await expectNothingLeft([id]);
  });

  it('the timeline of a complaint that had no pictures', async () => {
    const { id } = await person.file();
    const lost = service.local.faults.add({ kind: 'event-lost', times: 0 });
    await person.send('POST', '/complain/delete', { json: { id } });
    await service.local.settle();
    lost.remove();
    expect(await entriesOf([id])).toBe(1);
    await runTwoDailyPasses(service);
    await expectNothingLeft([id]);
  });
});
