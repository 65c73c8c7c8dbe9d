import { Query, Storage } from 'node-appwrite';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import { Complaint } from '#shared/contract/responses.ts';
import type { Person, Service } from '../harness.ts';
import { hostileBodies } from '../multipart-bodies.ts';
import { photoForm } from '../photo-form.ts';
import { makePicture } from '../pictures.ts';
import { type Bases, malformedPictures } from '../pictures-malformed.ts';
import { mutantSeeds, mutants } from '../pictures-mutants.ts';
import { polyglots } from '../pictures-polyglots.ts';
import type { Answer } from '../send.ts';

export type UploadContext = { service: Service; person: Person };

/** The result of a series of uploads; `wrong` is empty when all is well. */
export type Tally = {
  sent: number;
  statuses: Record<number, number>;
  /** Used by `npm run fuzz:media`, which fails when it took too long; tests ignore it. */
  slowest: { what: string; milliseconds: number };
  stored: number;
  wrong: string[];
};

/** The most bytes that are sent. Appwrite cuts the connection when a client sends more than 12 MiB. */
const MAX_BYTES = 11_500_000;

const newTally = (): Tally => ({ sent: 0, statuses: {}, slowest: { what: '', milliseconds: 0 }, stored: 0, wrong: [] });

async function record(tally: Tally, what: string, sending: () => Promise<Answer>): Promise<Answer> {
  const start = performance.now();
  const answer = await sending();
  const milliseconds = Math.round(performance.now() - start);
  if (milliseconds > tally.slowest.milliseconds) tally.slowest = { what, milliseconds };
  tally.sent += 1;
  tally.statuses[answer.status] = (tally.statuses[answer.status] ?? 0) + 1;
  if (answer.status === 201) tally.stored += answer.as(Complaint, 201).images.length;
  if (answer.status >= 500) tally.wrong.push(`${what}: ${answer.status}`);
  return answer;
}

export async function countFiles({ service }: Pick<UploadContext, 'service'>): Promise<number> {
  const queries = [Query.limit(1)];
  return (await new Storage(service.connection.gateway.client).listFiles({ bucketId: BUCKET_ID, queries })).total;
}

/** Works on three items at a time. */
async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await work(next.value);
  };
  await Promise.all([1, 2, 3].map(worker));
}

/** A refused upload leaves no file in the bucket. */
async function expectStored(
  context: UploadContext,
  tally: Tally,
  before: number,
  stored = tally.stored,
): Promise<Tally> {
  const added = (await countFiles(context)) - before;
  if (added !== stored) tally.wrong.push(`${added} files stored, not ${stored}`);
  return tally;
}

/** Sends generated hostile forms. */
export async function sendHostileForms(context: UploadContext, count: number, seed: number): Promise<Tally> {
  const tally = newTally();
  const before = await countFiles(context);
  await inParallel(hostileBodies(count, seed), async ({ body, contentType }) => {
    const headers = { 'content-type': contentType };
    await record(tally, 'form', () => context.person.send('POST', '/complain', { raw: body, headers }));
  });
  return expectStored(context, tally, before);
}

/** Sends pictures with bytes changed at random; they must be cleaned or refused. */
export async function sendMutants(context: UploadContext, count: number, seed: number): Promise<Tally> {
  const tally = newTally();
  const before = await countFiles(context);
  await inParallel(mutants(await mutantSeeds(), count, seed), async (mutant) => {
    const form = photoForm([mutant]);
    await record(tally, 'mutant', () => context.person.send('POST', '/complain', { form }));
  });
  return expectStored(context, tally, before);
}

export async function makeBases(): Promise<Bases> {
  return {
    jpeg: await makePicture('jpeg'),
    progressive: await makePicture('jpeg', { variant: 'progressive' }),
    png: await makePicture('png'),
    indexed: await makePicture('png', { variant: 'indexed' }),
    webp: await makePicture('webp'),
    lossless: await makePicture('webp', { variant: 'lossless' }),
  };
}

/** Sends files that only claim to be pictures; each must be refused with its code. */
export async function sendMalformed(context: UploadContext, choose: (index: number) => boolean): Promise<Tally> {
  const tally = newTally();
  const before = await countFiles(context);
  const files = malformedPictures(await makeBases()).filter(
    ({ bytes }, index) => bytes.length < MAX_BYTES && choose(index),
  );
  await inParallel(files, async ({ what, bytes }) => {
    const form = photoForm([bytes]);
    const answer = await record(tally, what, () => context.person.send('POST', '/complain', { form }));
    if (![413, 415, 422].includes(answer.status)) tally.wrong.push(`${what}: ${answer.status}`);
  });
  return expectStored(context, tally, before, 0);
}

/** Sends real pictures that carry something else, which must not be stored. */
export async function sendPolyglots(context: UploadContext, choose: (index: number) => boolean): Promise<Tally> {
  const tally = newTally();
  const before = await countFiles(context);
  const files = polyglots(await makeBases()).filter((_, index) => choose(index));
  await inParallel(files, async ({ what, bytes, payload }) => {
    const form = photoForm([bytes]);
    const answer = await record(tally, what, () => context.person.send('POST', '/complain', { form }));
    if (answer.status !== 201) return;
    const [image] = answer.as(Complaint, 201).images;
    const kept = Buffer.from(await (await fetch(image?.url ?? '')).arrayBuffer());
    if (kept.includes(Buffer.from(payload, 'latin1'))) tally.wrong.push(`${what}: stored with it`);
  });
  return expectStored(context, tally, before);
}
