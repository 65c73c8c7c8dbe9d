import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  allFaults,
  type CrashReport,
  describeReport,
  enumerateCrashes,
  type Lane,
} from '#scripts/local/crash-enumerator.ts';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import { Complaint, ComplaintList } from '#shared/contract/responses.ts';
import { type Person, type Service, startService } from '../../support/harness.ts';
import { makePicture } from '../../support/pictures.ts';

const TWO_HOURS = 7_200_000;
/** Every so many points, beginning anywhere; CRASH_EVERY=1 tries all. */
const every = Number(process.env.CRASH_EVERY ?? 9);
// Whether answers of another shape are survived is asked elsewhere, verb by verb.
const faults = allFaults.filter(({ kind }) => kind !== 'wrong-json');
let met = Math.floor(Math.random() * every);
const choose = () => {
  met += 1;
  return met % every === 0;
};

let service: Service;
let reporter: Person;
let pictures: Uint8Array[];
let start: Awaited<ReturnType<Service['local']['snapshot']>>;

beforeAll(async () => {
  service = await startService({ APPWRITE_TIMEOUT_MS: '200' });
  reporter = await service.person();
  pictures = await Promise.all((['jpeg', 'png', 'webp'] as const).map((kind) => makePicture(kind)));
  start = await service.local.snapshot();
});
beforeEach(() => service.local.restore(start));
afterAll(() => service.close());

function filled(): FormData {
  const form = new FormData();
  form.set('title', 'Pothole in Mill Lane');
  form.set('description', 'Deep enough to lose a wheel in.');
  for (const [index, bytes] of pictures.entries()) form.set(`image${index + 1}`, new Blob([bytes]), `p${index}.jpg`);
  return form;
}

async function sweepLater(): Promise<void> {
  service.local.clock.advance(TWO_HOURS);
  await service.local.settle();
}

/** Whoever can be seen has all its pictures, and no picture is left without its complaint. */
async function checkPictures(expected: number | undefined): Promise<void> {
  const { items } = (await service.send('GET', '/complain')).as(ComplaintList);
  const answers = await Promise.all(items.flatMap((item) => item.images.map(({ url }) => fetch(url))));
  if (answers.some(({ status }) => status !== 200)) throw new Error('a visible complaint lacks a picture');
  if (items.some((item) => item.images.length !== 3)) throw new Error('a complaint has lost pictures');
  const { total } = await service.connection.gateway.storage.listFiles({ bucketId: BUCKET_ID });
  if (total !== 3 * items.length) throw new Error(`${total} files for ${items.length} complaints`);
  if (expected !== undefined && items.length !== expected) throw new Error(`${items.length} complaints`);
}

function print(name: string, report: CrashReport): void {
  process.stdout.write(`${describeReport(name, report)}\n`);
}

it('files a complaint with three pictures whole or not at all, wherever a call fails', async () => {
  const lane: Lane<Complaint> = {
    local: service.local,
    story: async () => (await reporter.send('POST', '/complain', { form: filled() })).as(Complaint, 201),
    recover: sweepLater,
    check: ({ outcome }) => checkPictures(outcome.status === 'fulfilled' ? 1 : undefined),
  };
  const report = await enumerateCrashes(lane, { faults, choose });
  print('create with three pictures', report);
  expect(report.broken).toEqual([]);
  expect(report.calls.length).toBeGreaterThan(6);
});

it('deletes a complaint and its pictures, at last, wherever a call fails', async () => {
  const filed = (await reporter.send('POST', '/complain', { form: filled() })).as(Complaint, 201);
  const erase = async () => {
    const answer = await reporter.send('POST', '/complain/delete', { json: { id: filed.id } });
    await service.local.settle();
    if (answer.status !== 200 && answer.status !== 404) throw new Error(answer.text);
  };
  const lane: Lane<void> = {
    local: service.local,
    story: erase,
    recover: async () => {
      await erase();
      await sweepLater();
    },
    check: () => checkPictures(0),
  };
  const report = await enumerateCrashes(lane, { faults, choose });
  print('delete', report);
  expect(report.broken).toEqual([]);
});
