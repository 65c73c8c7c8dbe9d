import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Snapshot } from 'local-appwrite';
import { type Client, type Models, Query, Storage } from 'node-appwrite';
import { InputFile } from 'node-appwrite/file';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeFile, storeFile } from '#shared/appwrite/media.ts';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import { Complaint, ComplaintDetail } from '#shared/contract/responses.ts';
import { systemClock } from '#shared/domain/clock.ts';
import { imageFileId, randomId } from '#shared/domain/ids.ts';
import { type SweepReport, sweep } from '#shared/services/media/sweep.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { callCleanup } from '../../support/media-cleanup.ts';
import { photoForm } from '../../support/photo-form.ts';
import { makePicture } from '../../support/pictures.ts';

const MINUTE = 60_000;

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
  return ids;
}

async function fileIds(): Promise<string[]> {
  const query = { bucketId: BUCKET_ID, queries: [Query.limit(5_000)] };
  const { files } = await new Storage(service.connection.gateway.client).listFiles(query);
  return files.map((file) => file.$id).sort();
}

async function cron(minutes: number): Promise<void> {
  service.local.clock.advance(minutes * MINUTE);
  await service.local.settle();
}

function keeper(minutesAhead = 0) {
  const { gateway, store } = service.connection;
  const now = () => new Date(service.local.clock.now() + minutesAhead * MINUTE);
  return { gateway, store, clock: { ...systemClock, now } };
}

/** The keeper an hour later, to whom one file looks as an upload in parts leaves it that was never ended. */
function seeingHalf(halfId: string) {
  const later = keeper(65);
  const { client } = later.gateway;
  const halving = Object.create(client);
  halving.call = async (...call: Parameters<Client['call']>) => {
    const answer = await client.call(...call);
    if (!call[1].pathname.endsWith('/files')) return answer;
    const { files }: Models.FileList = answer;
    return { ...answer, files: files.map((file) => (file.$id === halfId ? { ...file, chunksTotal: 2 } : file)) };
  };
  return { ...later, gateway: { ...later.gateway, client: halving } };
}

async function storeStranger(fileId: string): Promise<void> {
  const file = InputFile.fromBuffer(picture, 'logo.png');
  await new Storage(service.connection.gateway.client).createFile({ bucketId: BUCKET_ID, fileId, file });
}

describe('the sweep on its schedule', () => {
  it('removes files that nobody owns once they are an hour old, and no others', async () => {
    const { images } = await filed();
    const [old = ''] = await orphans(1);
    await storeStranger('Logo');
    await cron(50);
    const [young = ''] = await orphans(1);
    expect(await fileIds()).toContain(old);
    await cron(20);
    expect(await fileIds()).toEqual(['Logo', young, ...images.map(({ id }) => id)].sort());
    await cron(60);
    expect(await fileIds()).toEqual(['Logo', ...images.map(({ id }) => id)].sort());
  });

  it('takes a picture that is gone off its complaint, in one step that the timeline tells of', async () => {
    const { id, images } = await filed();
    await removeFile(service.connection.gateway, imageFileId(id, 1));
    await cron(70);
    const now = (await service.send('GET', `/complain?id=${id}`)).as(ComplaintDetail);
    expect(now.images.map((image) => image.id)).toEqual([images[0]?.id, images[2]?.id]);
    expect(now.version).toBe(2);
    expect(now.timeline.at(-1)).toMatchObject({ role: 'system', kind: 'edit', by: null, internal: false });
    await checkInvariants(service);
    await cron(70);
    expect((await service.send('GET', `/complain?id=${id}`)).as(ComplaintDetail).version).toBe(2);
  });

  it('removes the beginning of a file that was never sent to its end, whatever its name', async () => {
    await storeStranger('half');
    await storeStranger('whole');
    expect(await sweep(seeingHalf('half'))).toMatchObject({ orphans: 1, unfinished: 1, strangers: 1 });
    expect(await fileIds()).toEqual(['whole']);
  });

  it('goes on where it had to stop, until all is done', async () => {
    const { images } = await filed();
    await orphans(420);
    const later = keeper(65);
    const reports: SweepReport[] = [];
    while (!reports.at(-1)?.complete && reports.length < 30) reports.push(await sweep(later, { budgetMs: 1 }));
    expect(reports.length).toBeGreaterThan(3);
    expect(reports.length).toBeLessThan(30);
    expect(await fileIds()).toEqual(images.map(({ id }) => id).sort());
  });

  it('goes on past a file that cannot be removed, and tells of it', async () => {
    const [stuck = '', ...others] = (await orphans(4)).sort();
    const path = `/v1/storage/buckets/${BUCKET_ID}/files/${stuck}`;
    service.local.faults.add({ kind: 'server-error', method: 'DELETE', path, times: 0 });
    const { connection } = service;
    const entry = { number: 1, role: 'user', kind: 'created', status: 'created', progress: 0, internal: false };
    await connection.store.timeline.insert(randomId(), { ...entry, complaintId: randomId() });
    await expect(sweep(keeper(65))).rejects.toThrow();
    const left = await fileIds();
    expect(left).toContain(stuck);
    expect(left.filter((id) => others.includes(id))).toEqual([]);
    expect((await connection.store.timeline.list([])).rows).toEqual([]);
  });

  it('removes limits that have run out, however many', async () => {
    const expiresAt = new Date(service.local.clock.now()).toISOString();
    const { gateway, store } = service.connection;
    for (let page = 0; page < 11; page += 1) {
      const rows = Array.from({ length: 100 }, () => ({ $id: randomId(), subject: 'x', count: 1, expiresAt }));
      await gateway.tables.createRows({ databaseId: 'main', tableId: 'limits', rows });
    }
    expect((await sweep(keeper(65))).complete).toBe(true);
    expect((await store.limits.list([Query.equal('expiresAt', expiresAt)])).rows).toEqual([]);
  });

  it('two at once do no harm', async () => {
    const { images } = await filed();
    await orphans(30);
    service.local.clock.advance(65 * MINUTE);
    const schedule = { headers: { 'x-appwrite-trigger': 'schedule' } };
    await Promise.all([sweep(keeper()), sweep(keeper()), callCleanup(service, schedule)]);
    await service.local.settle();
    expect(await fileIds()).toEqual(images.map(({ id }) => id).sort());
  });
});

describe('npm run media', () => {
  async function media(command: string): Promise<string> {
    const { endpoint, projectId, apiKey } = service.local;
    const env = {
      ...process.env,
      APPWRITE_ENDPOINT: endpoint,
      APPWRITE_PROJECT_ID: projectId,
      APPWRITE_API_KEY: apiKey,
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/media/main.ts', command], { env });
    return stdout;
  }

  it('check counts what sweep then does, and changes nothing', async () => {
    const { id } = await filed();
    await orphans(5);
    await removeFile(service.connection.gateway, imageFileId(id, 2));
    const before = await fileIds();
    const dry = await sweep(keeper(65), { dry: true, budgetMs: Number.POSITIVE_INFINITY });
    expect(dry).toMatchObject({ files: 7, orphans: 5, orphanBytes: 5 * picture.length, dangling: 1, complete: true });
    expect(await fileIds()).toEqual(before);
    expect(await media('check')).toMatch(/without a complaint, but of this hour +5/);
    expect(await media('sweep')).toMatch(/files looked at +7/);
    expect(await fileIds()).toEqual(before);
  });
});
