import { Complaint, ComplaintDetail, ComplaintList } from '#shared/contract/responses.ts';
import { HOUR, MINUTE } from '#shared/domain/clock.ts';
import type { Person, Service } from './harness.ts';
import { makePicture } from './pictures.ts';

export type Sender = Pick<Person, 'send'>;
type Query = Record<string, string | number | boolean>;

const queryOf = (query: Query) =>
  new URLSearchParams(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  ).toString();

export async function change(person: Sender, json: Record<string, unknown>): Promise<Complaint> {
  return (await person.send('PUT', '/complain', { json })).as(Complaint);
}

export async function detailOf(sender: Sender, id: string, after = 0): Promise<ComplaintDetail> {
  const page = after === 0 ? '' : `&timelineAfter=${after}`;
  return (await sender.send('GET', `/complain?id=${id}${page}`)).as(ComplaintDetail);
}

export async function listOf(sender: Sender, query: Query = {}): Promise<ComplaintList> {
  return (await sender.send('GET', `/complain?${queryOf(query)}`)).as(ComplaintList);
}

export const idsOf = (list: { items: readonly { id: string }[] }) => list.items.map((item) => item.id);

/** All pages of a list, followed by cursor. */
export async function allPages(sender: Sender, query: Query = {}): Promise<ComplaintList[]> {
  const pages = [await listOf(sender, query)];
  for (let next = pages[0]?.next; next; ) {
    const page = await listOf(sender, { ...query, after: next });
    pages.push(page);
    next = page.next;
  }
  return pages;
}

/** Files a complaint with so many pictures as a form. */
export async function fileWithPictures(person: Sender, count: number): Promise<Complaint> {
  const form = new FormData();
  form.set('title', 'Fly-tipping behind the school');
  form.set('description', 'Three sofas and a fridge.');
  for (let number = 1; number <= count; number += 1) {
    form.set(`image${number}`, new Blob([new Uint8Array(await makePicture('jpeg', { seed: number }))]), 'sofa.jpg');
  }
  return (await person.send('POST', '/complain', { form })).as(Complaint, 201);
}

/** Advances the clock to the next run of maintenance, and waits until it has finished. */
export async function runMaintenanceOnce({ local }: Service): Promise<void> {
  const every = 10 * MINUTE;
  local.clock.advance(every - (local.clock.now() % every) + 1);
  await local.settle();
}

/** Makes maintenance begin its daily pass now. Advancing a day would expire every token. */
export async function runDailyPass(service: Service): Promise<void> {
  await service.connection.store.state.remove('reconciliation');
  await runMaintenanceOnce(service);
}

/** Advances three times 25 hours: one daily pass records leftovers and the next removes them. Tokens expire. */
export async function runTwoDailyPasses({ local }: Service): Promise<void> {
  for (const later of [25, 25, 25]) {
    local.clock.advance(later * HOUR);
    await local.settle();
  }
}
