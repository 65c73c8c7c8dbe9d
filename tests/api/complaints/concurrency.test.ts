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

it('no sequence of requests leads beyond the status table or is answered otherwise than it says', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (walk) => walkThrough(service, cast, walk)),
    { numRuns: 8 },
  );
});

it('every change that many writers were told of is stored, with as many entries and versions', async () => {
  const { acknowledged, entries, version, lost } = await race(service, { writers: 8, changes: 8 });
  expect({ acknowledged, entries, version, lost }).toEqual({ acknowledged: 64, entries: 64, version: 64, lost: 0 });
});

it('paging by cursor shows each complaint that exists throughout exactly once, whatever others write', async () => {
  await fc.assert(
    fc.asyncProperty(pagings, (paging) => pageThrough(service, cast.staff, paging)),
    { numRuns: 10 },
  );
});
