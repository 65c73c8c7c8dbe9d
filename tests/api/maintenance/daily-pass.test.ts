import type { Snapshot } from 'local-appwrite';
import { type Client, type Models, Query, Storage } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '#scripts/project/connect.ts';
import { removeFile, storeFile } from '#shared/appwrite/media.ts';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import { listWordOwners, wordRow } from '#shared/appwrite/words.ts';
import { readCaseSettings } from '#shared/config.ts';
import { Complaint, ComplaintDetail } from '#shared/contract/responses.ts';
import { HOUR, MINUTE, systemClock } from '#shared/domain/clock.ts';
import { complaintIdAt, imageFileId, randomId } from '#shared/domain/ids.ts';
import { type PassReport, reconcileNow } from '#shared/services/maintenance/reconciliation.ts';
import { type MaintenanceReport, runMaintenance } from '#shared/services/maintenance/run.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { runAndReadLog } from '../../support/maintenance-log.ts';
import { photoForm } from '../../support/photo-form.ts';
import { makePicture } from '../../support/pictures.ts';
import { callScript, variablesOf } from '../../support/run-script.ts';

const SETTINGS = readCaseSettings({});

let service: Service;
let person: Person;
let picture: Buffer;
let start: Snapshot;

beforeAll(async () => {
  service = await startService();
  person = await service.person();
  picture = await makePicture('jpeg', { width: 8, height: 8 });
  start = await service.local.snapshot();
});
afterEach(async () => {
  service.local.faults.clear();
  await service.local.restore(start);
});
afterAll(() => service.close());

async function filed(): Promise<Complaint> {
  return (await person.send('POST', '/complain', { form: photoForm([picture, picture, picture]) })).as(Complaint, 201);
}

async function orphans(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => imageFileId(randomId(), 0));
  const { gateway } = service.connection;
  await Promise.all(ids.map((id) => storeFile(gateway, { id, name: `${id}.jpg`, parts: [picture] })));
  return ids.sort();
}

async function fileIds(): Promise<string[]> {
  const query = { bucketId: BUCKET_ID, queries: [Query.limit(5_000)] };
  const { files } = await new Storage(service.connection.gateway.client).listFiles(query);
  return files.map((file) => file.$id).sort();
}

/** Advances the clock; the schedule runs once. */
async function pass(milliseconds: number): Promise<void> {
  service.local.clock.advance(milliseconds);
  await service.local.settle();
}

/** The dependencies of maintenance, with a clock so many hours ahead. */
function ahead(hours: number) {
  const { endpoint, projectId, apiKey } = service.local;
  const { gateway, store } = connect({ endpoint, projectId, key: apiKey });
  return { gateway, store, clock: { ...systemClock, now: () => new Date(service.local.clock.now() + hours * HOUR) } };
}

type Deps = ReturnType<typeof ahead>;

/** The same dependencies, but the file `halfId` is listed like an upload in parts that never ended. */
function seeingHalf(deps: Deps, halfId: string): Deps {
  const { client } = deps.gateway;
  const halving = Object.create(client);
  halving.call = async (...call: Parameters<Client['call']>) => {
    const answer = await client.call(...call);
    if (!call[1].pathname.endsWith('/files')) return answer;
    const { files }: Models.FileList = answer;
    return { ...answer, files: files.map((file) => (file.$id === halfId ? { ...file, chunksTotal: 2 } : file)) };
  };
  return { ...deps, gateway: { ...deps.gateway, client: halving } };
}

async function storeStranger(fileId: string): Promise<void> {
  const file = InputFile.fromBuffer(picture, 'logo.png');
  await new Storage(service.connection.gateway.client).createFile({ bucketId: BUCKET_ID, fileId, file });
}

/** One pass two hours ahead, and one 25 hours after it. */
async function twoPasses(options = {}): Promise<PassReport> {
  await reconcileNow(ahead(2));
  return reconcileNow(ahead(27), options);
}

describe('the daily pass', () => {
  it('removes files that belong to no complaint a day after it has recorded them, and no others', async () => {
    const { images } = await filed();
    const living = images.map(({ id }) => id);
    const old = await orphans(2);
    await storeStranger('Logo');
    await pass(2 * HOUR);
    expect(await fileIds()).toEqual(['Logo', ...living, ...old].sort());
    await pass(23 * HOUR);
    expect(await fileIds()).toEqual(['Logo', ...living, ...old].sort());
    await pass(2 * HOUR);
    expect(await fileIds()).toEqual(['Logo', ...living].sort());
    expect((await service.connection.store.quarantine.list([])).rows).toEqual([]);
  });

  it('leaves files alone that are younger than an hour', async () => {
    const young = await orphans(1);
    expect(await reconcileNow(ahead(0.9))).toMatchObject({ orphans: 0, waiting: 1 });
    expect(await reconcileNow(ahead(1.1))).toMatchObject({ orphans: 1, waiting: 0 });
    expect(await fileIds()).toEqual(young);
  });

  it('removes the words of deleted complaints a day after it has recorded them, and no others', async () => {
    const { id } = await filed();
    const { store } = service.connection;
    const gone = complaintIdAt(new Date(service.local.clock.now()));
    // Leaves what an import leaves that died before it wrote the complaint.
    await store.words.insertMany(['lamp', 'broken'].map((word) => wordRow(gone, word)));
    const owners = async () => [...(await listWordOwners(store, '', 100)).owners.keys()];
    expect(await reconcileNow(ahead(0.5))).toMatchObject({ orphanWords: 0 });
    expect(await reconcileNow(ahead(2))).toMatchObject({ orphanWords: 1, worded: 2 });
    expect(await owners()).toContain(gone);
    expect(await reconcileNow(ahead(27))).toMatchObject({ orphanWords: 1, removed: 1, stopped: [] });
    expect(await owners()).toEqual([id]);
  });

  it('drops its records of files and timelines whose complaint exists again', async () => {
    const { id, images } = await filed();
    const { gateway, store } = service.connection;
    const where = { databaseId: 'main', tableId: 'complaints' };
    const row: Record<string, unknown> = await gateway.tables.getRow({ ...where, rowId: id });
    const data = Object.fromEntries(Object.entries(row).filter(([key]) => !key.startsWith('$')));
    // Removes the row without an event, as restoring an older database does: a bulk delete in a transaction emits none.
    const { $id: transactionId } = await gateway.tables.createTransaction({ ttl: 60 });
    const operation = { action: 'bulkDelete', ...where, data: { queries: [Query.equal('$id', id)] } };
    await gateway.tables.createOperations({ transactionId, operations: [operation] });
    await gateway.tables.updateTransaction({ transactionId, commit: true });
    expect(await reconcileNow(ahead(2))).toMatchObject({ orphans: 3, orphanTimelines: 1, orphanWords: 1 });
    expect((await store.quarantine.list([])).rows).toHaveLength(5);
    await gateway.tables.createRow({ ...where, rowId: id, data });
    expect(await reconcileNow(ahead(27))).toMatchObject({ orphans: 0, orphanTimelines: 0, removed: 0 });
    expect((await store.quarantine.list([])).rows).toEqual([]);
    expect(await fileIds()).toEqual(images.map((image) => image.id));
  });

  it('removes a missing picture from its complaint a day after it has recorded it, with one entry in the timeline', async () => {
    const { id, images } = await filed();
    await removeFile(service.connection.gateway, imageFileId(id, 1));
    await pass(2 * HOUR);
    const shown = async () => (await service.send('GET', `/complain?id=${id}`)).as(ComplaintDetail);
    expect((await shown()).version).toBe(1);
    await pass(25 * HOUR);
    const now = await shown();
    expect(now.images.map((image) => image.id)).toEqual([images[0]?.id, images[2]?.id]);
    expect(now.version).toBe(2);
    expect(now.timeline.at(-1)).toMatchObject({ role: 'system', kind: 'edit', by: null, internal: false });
    await checkInvariants(service);
    await pass(25 * HOUR);
    expect((await shown()).version).toBe(2);
  });

  it('removes a file whose upload never ended, whatever its name', async () => {
    await storeStranger('half');
    await storeStranger('whole');
    const found = { orphans: 1, unfinished: 1, strangers: 1 };
    expect(await reconcileNow(seeingHalf(ahead(2), 'half'))).toMatchObject(found);
    expect(await reconcileNow(seeingHalf(ahead(27), 'half'))).toMatchObject({ ...found, removed: 1 });
    expect(await fileIds()).toEqual(['whole']);
  });

  it('continues in the next runs after a run that had to stop, until everything is done', async () => {
    await filed();
    await orphans(19);
    const reports: MaintenanceReport[] = [];
    for (const hours of [2, 27]) {
      const deps = ahead(hours);
      // The limit is only a few calls more than a run with nothing due makes.
      do reports.push(await runMaintenance(deps, SETTINGS, { calls: 75, milliseconds: MINUTE }));
      while (reports.at(-1)?.pass?.complete === false && reports.length < 90);
    }
    expect(reports.length).toBeGreaterThan(4);
    expect(reports.filter(({ pass }) => pass?.complete)).toHaveLength(2);
    expect(reports.at(-1)?.pass).toMatchObject({ removed: 19, complete: true });
    expect(await fileIds()).toHaveLength(3);
  });

  it('continues after a file that cannot be removed, and reports it', async () => {
    const [stuck = '', ...others] = await orphans(4);
    const path = `/v1/storage/buckets/${BUCKET_ID}/files/${stuck}`;
    service.local.faults.add({ kind: 'server-error', method: 'DELETE', path, times: 0 });
    const { store } = service.connection;
    const entry = { number: 1, role: 'user', kind: 'created', status: 'created', progress: 0, internal: false };
    await store.timeline.insert(randomId(), { ...entry, complaintId: randomId() });
    await expect(twoPasses()).rejects.toThrow();
    expect(await fileIds()).toEqual([stuck]);
    expect(others).toHaveLength(3);
    expect((await store.timeline.list([])).rows).toEqual([]);
    service.local.faults.clear();
    await reconcileNow(ahead(28));
    expect(await fileIds()).toEqual([]);
  });

  it('removes no file while the list of complaints cannot be read', async () => {
    const ids = await orphans(2);
    await reconcileNow(ahead(2));
    const path = '/v1/tablesdb/main/tables/complaints/rows';
    service.local.faults.add({ kind: 'server-error', method: 'GET', path, times: 0 });
    await expect(reconcileNow(ahead(27))).rejects.toThrow();
    expect(await fileIds()).toEqual(ids);
  });

  it('does no harm when two run at once', async () => {
    const { images } = await filed();
    await orphans(15);
    await Promise.all([runMaintenance(ahead(2), SETTINGS), runMaintenance(ahead(2), SETTINGS)]);
    await Promise.all([runMaintenance(ahead(27), SETTINGS), runMaintenance(ahead(27), SETTINGS)]);
    expect(await fileIds()).toEqual(images.map(({ id }) => id).sort());
    await checkInvariants(service);
  });
});

describe('the limit of removals', () => {
  it('stops a pass that would remove more than 5 % of the files and more than 20, until a person overrides it', async () => {
    const { images } = await filed();
    const living = images.map(({ id }) => id);
    const many = await orphans(21);
    const { stopped } = await twoPasses();
    expect(stopped).toEqual([{ kind: 'file', found: 21, of: 24 }]);
    expect(await fileIds()).toEqual([...living, ...many].sort());
    expect(await reconcileNow(ahead(52), { overLimit: true })).toMatchObject({ removed: 21, stopped: [] });
    expect(await fileIds()).toEqual(living);
  });

  it('applies to words as it does to files', async () => {
    const gone = Array.from({ length: 21 }, () => complaintIdAt(new Date(service.local.clock.now())));
    await service.connection.store.words.insertMany(gone.map((id) => wordRow(id, 'lamp')));
    expect((await twoPasses()).stopped).toEqual([{ kind: 'words', found: 21, of: 21 }]);
    expect(await reconcileNow(ahead(52), { overLimit: true })).toMatchObject({ removed: 21, stopped: [] });
  });

  it('allows 20 whatever their share is', async () => {
    await orphans(20);
    expect(await twoPasses()).toMatchObject({ removed: 20, stopped: [] });
    expect(await fileIds()).toEqual([]);
  });

  it('keeps the pictures of every complaint when the list of files is empty for days', async () => {
    const many = await Promise.all(Array.from({ length: 21 }, () => filed()));
    const empty = (hours: number): Deps => {
      const deps = ahead(hours);
      const client = Object.create(deps.gateway.client);
      client.call = async (...call: Parameters<Client['call']>) => {
        const answer = await deps.gateway.client.call(...call);
        return call[1].pathname.endsWith('/files') ? { total: 0, files: [] } : answer;
      };
      return { ...deps, gateway: { ...deps.gateway, client } };
    };
    await reconcileNow(empty(2));
    expect((await reconcileNow(empty(27))).stopped).toEqual([{ kind: 'picture', found: 21, of: 21 }]);
    for (const { id } of many.slice(0, 3)) {
      expect((await service.send('GET', `/complain?id=${id}`)).as(ComplaintDetail).images).toHaveLength(3);
    }
    expect(await reconcileNow(ahead(52))).toMatchObject({ removed: 0, dangling: 0, stopped: [] });
    await checkInvariants(service);
  });

  it('is reported in the log of the run that stopped', async () => {
    await orphans(21);
    expect((await runAndReadLog(service, 2 * HOUR)).alarm).toBeUndefined();
    expect((await runAndReadLog(service, 27 * HOUR)).alarm).toContain('21 files without a complaint of 21 looked at');
  });
});

describe('npm run media', () => {
  const media = (...args: string[]) => callScript('media', args, variablesOf(service.connection.target));

  it('check counts what sweep then records, and changes nothing', async () => {
    const { id } = await filed();
    await orphans(5);
    await removeFile(service.connection.gateway, imageFileId(id, 2));
    const before = await fileIds();
    const dry = await reconcileNow(ahead(2), { dry: true });
    expect(dry).toMatchObject({ files: 7, orphans: 5, orphanBytes: 5 * picture.length, dangling: 1, complete: true });
    expect((await service.connection.store.quarantine.list([])).rows).toEqual([]);
    expect((await media('check')).output).toMatch(/without a complaint, but of this hour +5/);
    expect((await media('sweep')).output).toMatch(/files looked at +7/);
    expect(await fileIds()).toEqual(before);
  });

  it('refuses unknown arguments, and prints its usage', async () => {
    const usage = expect.stringContaining('npm run media -- check | sweep');
    for (const args of [[], ['clean'], ['check', 'sweep']])
      expect(await media(...args)).toEqual({ code: 2, output: usage });
  });
});
