import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pageThrough, pagings } from '../../support/changing-list.ts';
import { type Service, startService } from '../../support/harness.ts';
import { race } from '../../support/race.ts';
import { type Cast, steps, walkThrough } from '../../support/workflow.ts';

let service: Service;
let cast: Cast;

beforeAll(async () => {
  service = await startService();
  const [reporter, stranger, staff, admin] = await service.people('user', 'user', 'staff', 'admin');
  cast = { reporter, stranger, staff, admin };
});
afterAll(() => service.close());

it('no sequence of requests brings a complaint where the status table does not, or answers otherwise', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (walk) => walkThrough(service, cast, walk)),
    { numRuns: 12 },
  );
});

it('what many writers were told is done is done: as many entries and versions, none lost', async () => {
  const { acknowledged, entries, version, lost } = await race(service, { writers: 8, changes: 8 });
  expect({ acknowledged, entries, version, lost }).toEqual({ acknowledged: 64, entries: 64, version: 64, lost: 0 });
});

it('a cursor shows each complaint that was there throughout exactly once, whatever others write', async () => {
  await fc.assert(
    fc.asyncProperty(pagings, (paging) => pageThrough(service, cast.staff, paging)),
    { numRuns: 15 },
  );
});
