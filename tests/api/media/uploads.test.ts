import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Service, sharedService } from '../../support/harness.ts';
import { sendCanaries } from '../../support/media-fuzz/canaries.ts';
import { noise, peakMemory, sendByDomain, sendByExecution } from '../../support/media-fuzz/large.ts';
import {
  sendHostileForms,
  sendMalformed,
  sendMutants,
  sendPolyglots,
  type UploadContext,
} from '../../support/media-fuzz/uploads.ts';
import { photoForm } from '../../support/photo-form.ts';

const SEED = 20_260_103;
const every = (step: number) => (index: number) => index % step === 0;

let service: Service;
let context: UploadContext;
beforeAll(async () => {
  service = await sharedService();
  context = { service, person: await service.person() };
});
afterAll(() => service.close());

it('refuses hostile forms, and stores nothing of them', async () => {
  expect((await sendHostileForms(context, 90, SEED)).wrong).toEqual([]);
});

it('cleans or refuses mutated pictures', async () => {
  expect((await sendMutants(context, 80, SEED)).wrong).toEqual([]);
});

it('refuses files that only claim to be pictures, and stores none', async () => {
  const tally = await sendMalformed(context, every(4));
  expect(tally.wrong).toEqual([]);
  expect(tally.sent).toBeGreaterThanOrEqual(45);
});

it('stores nothing that pictures carry besides the image', async () => {
  expect((await sendPolyglots(context, every(2))).wrong).toEqual([]);
});

it('stores no place, camera or comment, and shows the same in every orientation', async () => {
  expect(await sendCanaries(context, 24, SEED)).toEqual({ pictures: 24, wrong: [] });
});

it('accepts three pictures of 3 MiB through its domain, and 7 MB as base64 through an execution', async () => {
  const large = await noise(1_020, 1_020);
  expect(large.length).toBeGreaterThan(3_100_000);
  expect((await sendByDomain(context, [large, large, large])).images).toHaveLength(3);
  expect((await sendByExecution(context, [large, large, await noise(500, 500)])).images).toHaveLength(3);
  expect(await peakMemory(context.service.local, context.service.functionId('complaints'))).toBeLessThan(320);
});

it('tells an iPhone user how to send photos in a common format', async () => {
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  const refused = (await context.person.send('POST', '/complain', { form: photoForm([heic]) })).problem(415);
  expect(refused.detail).toMatch(/HEIC.*JPEG, PNG and WebP/s);
});
