import fc from 'fast-check';
import { Storage } from 'node-appwrite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storeFile } from '#shared/appwrite/media.ts';
import { completeFiles } from '#shared/appwrite/reconciliation.ts';
import { readCaseSettings } from '#shared/config.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { SECOND, systemClock } from '#shared/domain/clock.ts';
import { imageFileId, randomId } from '#shared/domain/ids.ts';
import { runMaintenance } from '#shared/services/maintenance/run.ts';
import { type Service, startService } from '../../support/harness.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { callCleanup, deletion } from '../../support/media-cleanup.ts';
import { photoForm } from '../../support/photo-form.ts';
import { makePicture } from '../../support/pictures.ts';
import { fuzzRuns, fuzzTimeout } from '../../support/seeded-random.ts';
import { send } from '../../support/send.ts';

let service: Service;
let picture: Buffer;
let living: string[];

beforeAll(async () => {
  service = await startService();
  const person = await service.person();
  picture = await makePicture('webp');
  const file = async () => {
    const form = photoForm([picture, picture, picture]);
    return (await person.send('POST', '/complain', { form })).as(Complaint, 201).id;
  };
  living = [await file(), await file()];
});
afterAll(() => service.close());

const files = (id: string) => [0, 1, 2].map((index) => imageFileId(id, index));

/** Event names and bodies that aim at the living complaints, and arbitrary other ones. */
function forgeries() {
  const id = fc.constantFrom(...living, ...living.flatMap(files), '', '.', '..', 'unknown', 'a'.repeat(20));
  const name = fc.tuple(
    fc.constantFrom('databases', 'buckets', ''),
    fc.constantFrom('main', '*', 'other'),
    fc.constantFrom('tables', 'collections', 'rows'),
    fc.constantFrom('complaints', 'users', 'media', 'timeline', '*'),
    fc.constantFrom('rows', 'documents', 'files'),
    id,
    fc.constantFrom('delete', 'update', 'create', 'delete, delete'),
  );
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({ $id: id, $tableId: fc.string(), images: fc.array(id), $deletedAt: fc.string() })
      .map((value) => JSON.stringify(value)),
  );
  const trigger = fc.constantFrom('event', 'event', 'event', 'http', 'schedule', 'Event', 'event, http', '');
  return fc.record({ name: name.map((parts) => parts.join('.')), body, trigger });
}

it('no event, whatever its name and body, removes a picture of a living complaint', {
  timeout: fuzzTimeout(40),
}, async () => {
  await fc.assert(
    fc.asyncProperty(forgeries(), async ({ name, body, trigger }) => {
      const headers = { 'x-appwrite-trigger': trigger, 'x-appwrite-event': name };
      const { status } = await callCleanup(service, { headers, body });
      expect([200, 400, 403]).toContain(status);
      const wanted = living.flatMap(files);
      expect(await completeFiles(service.connection.gateway, wanted)).toEqual(new Set(wanted));
    }),
    { numRuns: fuzzRuns(80) },
  );
  expect((await checkInvariants(service)).complaints).toHaveLength(2);
});

it('an event cannot remove the pictures of a complaint that is just being filed', async () => {
  const { gateway } = service.connection;
  const id = randomId();
  const [first = ''] = files(id);
  await storeFile(gateway, { id: first, name: `${first}.webp`, parts: [picture] });
  const { status, text } = await callCleanup(service, deletion(id));
  expect([status, JSON.parse(text)]).toEqual([200, { complaint: 'undecided' }]);
  expect(await completeFiles(gateway, [first])).toEqual(new Set([first]));
  await new Storage(gateway.client).deleteFile({ bucketId: 'media', fileId: first });
});

it('an event of another database is refused', async () => {
  const [id = ''] = living;
  const { status } = await callCleanup(service, deletion(id, `databases.other.tables.complaints.rows.${id}.delete`));
  expect(status).toBe(403);
});

it('a filing in progress keeps its pictures through every run of maintenance', async () => {
  const { gateway } = service.connection;
  const id = randomId();
  const [first = ''] = files(id);
  await storeFile(gateway, { id: first, name: `${first}.webp`, parts: [picture] });
  await callCleanup(service, deletion(id));
  // Maintenance runs within the two minutes that a filing takes at most.
  const clock = { ...systemClock, now: () => new Date(service.local.clock.now() + 100 * SECOND) };
  await runMaintenance({ ...service.connection, clock }, readCaseSettings({}));
  expect(await completeFiles(gateway, [first])).toEqual(new Set([first]));
  await new Storage(gateway.client).deleteFile({ bucketId: 'media', fileId: first });
});

it.each([
  ['media-cleanup', 'schedule'],
  ['maintenance', 'event'],
])('nobody can run %s: neither as a guest nor through a domain', async (part, trigger) => {
  const id = service.functionId(part);
  const { endpoint, projectId } = service.local;
  const run = await fetch(`${endpoint}/functions/${id}/executions`, {
    method: 'POST',
    headers: { 'x-appwrite-project': projectId, 'content-type': 'application/json' },
    body: JSON.stringify({}),
  });
  expect(run.status).toBe(401);
  const headers = { host: service.local.functionHost(id), 'x-appwrite-trigger': trigger };
  expect((await send('POST', `${service.local.url}/`, { headers, json: {} })).status).toBe(401);
});
