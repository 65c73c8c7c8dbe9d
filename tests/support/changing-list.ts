import * as fc from 'fast-check';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { SORTS, type Sort } from '#shared/domain/complaint.ts';
import { complaintIdAt, randomId } from '#shared/domain/ids.ts';
import { complaintRow } from '#tests/support/complaint-row.ts';
import { idsOf, listOf } from './complaints.ts';
import type { Person, Service } from './harness.ts';

type Write = { kind: 'insert' | 'remove' | 'change'; at: number };

/** A list that is paged through while others write. Its times, within 40 milliseconds, collide on purpose. */
export type Paging = {
  stable: number[];
  temporary: number[];
  pageSize: number;
  sort: Sort;
  /** The writes of others before each page is requested. */
  between: Write[][];
};

const at = fc.integer({ min: 0, max: 39 });

export const pagings: fc.Arbitrary<Paging> = fc.record({
  stable: fc.array(at, { minLength: 3, maxLength: 10 }),
  temporary: fc.array(at, { maxLength: 6 }),
  pageSize: fc.integer({ min: 1, max: 4 }),
  sort: fc.constantFrom(...SORTS),
  between: fc.array(
    fc.array(fc.record({ kind: fc.constantFrom('insert', 'remove', 'change'), at }), { maxLength: 3 }),
    { maxLength: 8 },
  ),
});

let runs = 0;

/** The complaints of one run: found by their assignee, and filed in a second of their own. */
class ListedComplaints {
  readonly #service: Service;
  readonly #assignee = randomId();
  readonly #begin = Date.UTC(2020, 0, 1) + (runs++ % 100_000) * 1_000;
  readonly temporary: string[] = [];

  constructor(service: Service) {
    this.#service = service;
  }

  get query() {
    return { assignedTo: this.#assignee };
  }

  async insert(offset: number): Promise<string> {
    const filedAt = new Date(this.#begin + offset);
    const id = complaintIdAt(filedAt);
    const row = complaintRow({ number: 1, filedAt, reporter: { id: 'nobody', name: 'nobody' } });
    const changedAt = filedAt.toISOString();
    const keys = listColumns(id, { changedAt, overdueAt: null, category: null, assignedTo: this.#assignee });
    const own = { reference: null, changedAt, overdueAt: null, category: null, assignedTo: this.#assignee };
    const inserted = await this.#service.connection.store.complaints.insert(id, { ...row, ...keys, ...own });
    if (!inserted) throw new Error('the row was not inserted');
    return id;
  }

  async write({ kind, at: offset }: Write): Promise<void> {
    const { complaints } = this.#service.connection.store;
    const index = offset % Math.max(1, this.temporary.length);
    const id = this.temporary[index];
    if (kind === 'insert') this.temporary.push(await this.insert(offset));
    else if (id !== undefined && kind === 'remove') {
      this.temporary.splice(index, 1);
      await complaints.remove(id);
    } else if (id !== undefined) {
      const row = await complaints.find(id);
      const changedAt = new Date(this.#begin + offset).toISOString();
      if (row)
        await complaints.replace(row, {
          changedAt,
          ...listColumns(id, { changedAt, overdueAt: null, category: null, assignedTo: this.#assignee }),
        });
    }
  }
}

/** Pages through a list while others write; throws unless each lasting complaint came exactly once. */
export async function pageThrough(service: Service, viewer: Pick<Person, 'send'>, paging: Paging): Promise<void> {
  const { stable, temporary, pageSize, sort, between } = paging;
  const listed = new ListedComplaints(service);
  const stableIds = await Promise.all(stable.map((offset) => listed.insert(offset)));
  listed.temporary.push(...(await Promise.all(temporary.map((offset) => listed.insert(offset)))));
  const seen: string[] = [];
  let next: string | null = '';
  for (let page = 0; next !== null; page += 1) {
    for (const write of between[page] ?? []) await listed.write(write);
    const after: { after?: string } = next === '' ? {} : { after: next };
    const list = await listOf(viewer, { ...listed.query, pageSize, sort, ...after });
    seen.push(...idsOf(list));
    next = list.next;
  }
  for (const id of stableIds) {
    const times = seen.filter((other) => other === id).length;
    if (times !== 1) throw new Error(`a complaint that was there throughout came ${times} times`);
  }
  const moves = sort === '-updatedAt' || sort === 'updatedAt';
  if (!moves && new Set(seen).size !== seen.length) throw new Error('a complaint came twice');
}
