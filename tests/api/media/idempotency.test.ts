import type { Snapshot } from 'local-appwrite';
import { Query, Storage } from 'node-appwrite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUCKET_ID } from '#shared/appwrite/resources.ts';
import { Complaint } from '#shared/contract/responses.ts';
import { HOUR, SECOND } from '#shared/domain/clock.ts';
import { runTwoDailyPasses } from '../../support/complaints.ts';
import { type Person, type Service, startService, uniqueName } from '../../support/harness.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { photoForm } from '../../support/photo-form.ts';
import { makePicture } from '../../support/pictures.ts';

let service: Service;
let person: Person;
let picture: Buffer;
let key: string;
let start: Snapshot;

beforeAll(async () => {
  service = await startService();
  person = await service.person();
  picture = await makePicture('jpeg');
  start = await service.local.snapshot();
});
beforeEach(() => {
  key = uniqueName('key');
});
afterEach(async () => {
  service.local.faults.clear();
  await service.local.restore(start);
});
afterAll(() => service.close());

const sending = (title = 'Once') => ({
  form: photoForm([picture, picture, picture], { title }),
  headers: { 'Idempotency-Key': key },
});
const file = (who = person, title = 'Once') => who.send('POST', '/complain', sending(title));

async function storedFiles(): Promise<number> {
  const queries = [Query.limit(1)];
  return (await new Storage(service.connection.gateway.client).listFiles({ bucketId: BUCKET_ID, queries })).total;
}

describe('a complaint sent under an Idempotency-Key', () => {
  it('is filed once; the same request again gets the first answer and a header that says so', async () => {
    const first = (await file()).as(Complaint, 201);
    const before = await storedFiles();
    const again = await file();
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.as(Complaint, again.status)).toEqual(first);
    expect([200, 201]).toContain(again.status);
    expect(await storedFiles()).toBe(before);
  });

  it('is a different one for another account with the same key', async () => {
    const [mine, theirs] = [await file(), await file(await service.person())];
    expect(mine.as(Complaint, 201).id).not.toBe(theirs.as(Complaint, 201).id);
  });

  it('is refused when the text or a picture has changed', async () => {
    await file();
    (await file(person, 'Twice')).problem(422);
    const form = photoForm([picture, picture, await makePicture('png')], { title: 'Once' });
    const other = await person.send('POST', '/complain', { form, headers: { 'Idempotency-Key': key } });
    expect(other.problem(422).code).toBe('idempotency_key_reused');
  });

  it('is filed once when 64 requests send it at the same moment', async () => {
    const before = await storedFiles();
    const answers = await Promise.all(Array.from({ length: 64 }, () => file()));
    const ids = answers.filter(({ status }) => status < 300).map((answer) => answer.as(Complaint, answer.status).id);
    expect(new Set(ids).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201 || status === 200).length).toBe(ids.length);
    for (const waiting of answers.filter(({ status }) => status >= 300)) {
      expect(waiting.problem(409).code).toBe('request_in_progress');
      expect(Number(waiting.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(await storedFiles()).toBe(before + 3);
    await checkInvariants(service);
  });

  it('is filed once by the retry when the function dies before the commit', async () => {
    service.local.faults.add({ kind: 'kill', method: 'PATCH', path: '/v1/tablesdb/transactions/*' });
    expect((await file()).status).toBeGreaterThanOrEqual(500);
    expect((await file()).problem(409).code).toBe('request_in_progress');
    service.local.clock.advance(41 * SECOND);
    const { id } = (await file()).as(Complaint, 201);
    expect((await file()).as(Complaint, 200).id).toBe(id);
  });

  it('is found by the retry when the function dies right after the commit', async () => {
    const commit = { method: 'PATCH', path: '/v1/tablesdb/transactions/*' };
    service.local.faults.add({ kind: 'kill', effect: 'done', ...commit });
    expect((await file()).status).toBeGreaterThanOrEqual(500);
    const again = await file();
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.as(Complaint, 200).images).toHaveLength(3);
  });

  it('may be sent with other content after a refusal', async () => {
    const wrong = photoForm([picture], { title: 'Once', category: 'no-such-category' });
    (await person.send('POST', '/complain', { form: wrong, headers: { 'Idempotency-Key': key } })).problem(422);
    (await file()).as(Complaint, 201);
  });

  it('is remembered for more than a day', async () => {
    const traveller = await service.person();
    const { id } = (await file(traveller)).as(Complaint, 201);
    service.local.clock.advance(25 * HOUR);
    await service.local.settle();
    const later = await service.login(traveller.username);
    expect((await file(later)).as(Complaint, 200).id).toBe(id);
  });

  it('is 404 once it was deleted, and is not filed again', async () => {
    const { id } = (await file()).as(Complaint, 201);
    await person.send('POST', '/complain/delete', { json: { id } });
    (await file()).problem(404);
  });

  it.each([['k'], ['k'.repeat(255)], ['a key, with "marks" ~!{}']])('may use any printable key: %s', async (text) => {
    const json = { title: 'Printable', description: 'Any key will do.' };
    const owner = await service.person();
    const headers = { 'Idempotency-Key': text };
    expect((await owner.send('POST', '/complain', { json, headers })).status).toBe(201);
    expect((await owner.send('POST', '/complain', { json, headers })).status).toBe(200);
  });

  it.each([['k'.repeat(256)], ['a\tb']])('may not use any other key: %j', async (text) => {
    const json = { title: 'Unprintable', description: 'This key will not do.' };
    const refused = await person.send('POST', '/complain', { json, headers: { 'Idempotency-Key': text } });
    expect(refused.problem(422).errors?.[0]?.field).toBe('Idempotency-Key');
  });

  it('is refused when Appwrite has dropped all headers because one of them was not UTF-8', async () => {
    const json = { title: 'Latin-1', description: 'This key is sent as Latin-1.' };
    const refused = await person.send('POST', '/complain', { json, headers: { 'Idempotency-Key': 'caf\u00e9' } });
    expect(refused.problem(400).code).toBe('malformed_request');
  });
});

describe('a complaint that cannot be stored', () => {
  const full = [
    { kind: 'storage-full', method: 'POST', path: '/v1/storage/buckets/*/files', times: 0 },
    { kind: 'database-full', method: 'PATCH', path: '/v1/tablesdb/transactions/*', times: 0 },
  ] as const;

  it.each(full)('leaves nothing behind when it fails with $kind, and may be sent again at once', async (fault) => {
    const before = await checkInvariants(service);
    const planned = service.local.faults.add({ ...fault, nth: fault.kind === 'storage-full' ? 3 : 1 });
    const refused = await file();
    planned.remove();
    expect(refused.problem(503).code).toBe('unavailable');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const rows = (await service.connection.store.complaints.list([Query.limit(1_000)])).rows;
    expect(rows).toHaveLength(before.complaints.length);
    (await file()).as(Complaint, 201);
    const today = await service.local.snapshot();
    await runTwoDailyPasses(service);
    await checkInvariants(service);
    await service.local.restore(today);
  });
});
