import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { ComplaintPoints } from '#shared/contract/responses.ts';
import { cellOf } from '#shared/domain/cells.ts';
import { SECOND } from '#shared/domain/clock.ts';
import { metresBetween } from '#shared/domain/geometry.ts';
import { allPages, change, idsOf, listOf } from '../../support/complaints.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

let service: Service;
let reporter: Person;
let staff: Person;
let other: Person;

beforeAll(async () => {
  service = await sharedService();
  [reporter, staff, other] = await service.people('user', 'staff', 'staff');
});
afterAll(() => service.close());

const ALL = '{"method":"limit","values":[5000]}';
const wordsKept = async (id: string) => {
  const { rows } = await service.connection.store.words.list([ALL]);
  return rows.filter((row) => row.$id.startsWith(id)).length;
};

/** Creates rows with Appwrite's bulk call, a hundred at a time. */
async function createRows(tableId: string, rows: object[]): Promise<void> {
  const { tables } = service.connection.gateway;
  for (let from = 0; from < rows.length; from += 100) {
    await tables.createRows({ databaseId: 'main', tableId, rows: rows.slice(from, from + 100) });
  }
}

describe('words', () => {
  it.each(['***', '"', '(((', '%', ' - '])('need a letter or digit: %s is 422', async (q) => {
    const { errors } = (await service.send('GET', `/complain?${new URLSearchParams({ q })}`)).problem(422);
    expect(errors).toMatchObject([{ field: 'q', code: 'too_short' }]);
  });

  it('give no total, and blanks alone are no condition', async () => {
    await reporter.file({ title: 'Wobbly fence' });
    const page = await listOf(service, { q: 'fence' });
    expect(page).toMatchObject({ total: null, totalPages: null, totalIsExact: false, page: 1 });
    expect((await listOf(service, { q: ' ' })).total).toBe((await listOf(service)).total);
  });

  it('are updated with the text, the visibility and the complaint, each in the same commit', async () => {
    const { id } = await reporter.file({ title: 'Zebra crossing', description: 'Paint is gone.' });
    const found = async (q: string, viewer: Pick<Person, 'send'> = service) => idsOf(await listOf(viewer, { q }));
    await change(reporter, { id, title: 'Giraffe crossing' });
    expect(await found('zebra')).toEqual([]);
    expect(await found('giraffe paint')).toEqual([id]);
    await change(staff, { id, hidden: true });
    expect([await found('giraffe'), await found('giraffe', other), await found('giraffe', reporter)]).toEqual([
      [],
      [id],
      [id],
    ]);
    await change(staff, { id, hidden: false });
    expect(await found('giraffe')).toEqual([id]);
    expect((await reporter.send('POST', '/complain/delete', { json: { id } })).status).toBe(200);
    expect([await found('giraffe'), await wordsKept(id)]).toEqual([[], 0]);
  });

  it('of a complaint that is deleted in the console are removed', async () => {
    const { id } = await reporter.file({ title: 'Okapi crossing', description: 'x' });
    // Okapi, crossing, x and the reference number.
    expect(await wordsKept(id)).toBe(4);
    await service.connection.store.complaints.remove(id);
    await service.local.settle();
    expect(await wordsKept(id)).toBe(0);
  });

  it('of many complaints, few of which meet the filter, are read up to a limit, and the cursor continues', async () => {
    const rows = Array.from({ length: 1_500 }, (_, number) => ({
      $id: `zz${String(number).padStart(18, '0')}${'f'.repeat(16)}`,
      word: Buffer.from('vanished').toString('hex'),
    }));
    await createRows('words', rows);
    const { id } = await reporter.file({ title: 'The paint has vanished', description: 'x' });
    const first = await listOf(service, { q: 'vanished' });
    expect(first.items).toEqual([]);
    expect(idsOf(await listOf(service, { q: 'vanished', after: first.next ?? '' }))).toEqual([id]);
  });
});

describe('near', () => {
  const point = { latitude: 52.52, longitude: 13.405 };
  const near = '52.52,13.405';
  /** A point so many metres north and east of `point`. */
  const away = (north: number, east = 0) => ({
    latitude: point.latitude + north / 111_195,
    longitude: point.longitude + east / 67_660,
  });

  it('finds what lies within the circle, nearest first with its distance, page by page', async () => {
    const inside: string[] = [];
    for (const step of [4, 1, 3, 0, 2]) {
      inside[step] = (await reporter.file(away(step * 220))).id;
      await reporter.file(away(995, 995));
    }
    const pages = await allPages(service, { near, radius: 1_000, pageSize: 2 });
    expect(pages.flatMap(idsOf)).toEqual(inside);
    const items = pages.flatMap((page) => page.items);
    expect(items.map(({ distance }) => distance)).toEqual([0, 220, 440, 660, 880]);
    const measured = items.map(({ latitude, longitude }) =>
      Math.round(metresBetween(point, { latitude: latitude ?? 0, longitude: longitude ?? 0 })),
    );
    expect(measured).toEqual([0, 220, 440, 660, 880]);
    expect(pages[0]).toMatchObject({ total: null, totalPages: null, totalIsExact: false });
    expect((await listOf(service)).items[0]).not.toHaveProperty('distance');
  });

  it('combines with status, category and words', async () => {
    const at = { latitude: -33.9, longitude: 18.4 };
    const hydrant = await reporter.file({ ...at, title: 'Leaking hydrant', category: 'water' });
    const lamp = await reporter.file({ ...at, title: 'Broken lamp', category: 'lighting' });
    await change(staff, { id: lamp.id, status: 'acknowledged' });
    const found = async (query: Record<string, string>) =>
      idsOf(await listOf(service, { near: '-33.9,18.4', radius: 50, ...query }));
    expect((await found({})).toSorted()).toEqual([hydrant.id, lamp.id].toSorted());
    expect(await found({ status: 'acknowledged,closed' })).toEqual([lamp.id]);
    expect(await found({ category: 'Water' })).toEqual([hydrant.id]);
    expect(await found({ q: 'leaking HYDRANT' })).toEqual([hydrant.id]);
    expect(await found({ q: 'leaking lamp' })).toEqual([]);
    expect(await found({ category: 'noise' })).toEqual([]);
    (await service.send('GET', '/complain?near=-33.9,18.4&radius=50&category=nonsense')).problem(422);
  });

  it('shows hidden ones to staff and their reporter only', async () => {
    const { id } = await reporter.file({ latitude: 48.1, longitude: 11.5 });
    await change(staff, { id, hidden: true });
    const found = async (viewer: Pick<Person, 'send'>) => idsOf(await listOf(viewer, { near: '48.1,11.5', radius: 9 }));
    expect([await found(service), await found(reporter), await found(staff)]).toEqual([[], [id], [id]]);
  });

  it('looks across the date line and around the poles', async () => {
    const west = await reporter.file({ latitude: -17, longitude: -179.999 });
    const east = await reporter.file({ latitude: -17, longitude: 179.999 });
    const found = idsOf(await listOf(service, { near: '-17,180', radius: 1_000 }));
    expect(found.toSorted()).toEqual([east.id, west.id].toSorted());
    const pole = await reporter.file({ latitude: 89.9999, longitude: -120 });
    expect(idsOf(await listOf(service, { near: '89.9999,60', radius: 100 }))).toEqual([pole.id]);
  });

  it('reads the nearest ones instead of the whole circle, and paging reaches its end', async () => {
    const center = { latitude: 10, longitude: 10 };
    const template = await service.connection.store.complaints.find((await reporter.file(center)).id);
    if (!template) throw new Error('gone');
    const { $id: _id, $createdAt: _at, $updatedAt: _changed, $sequence: _sequence, ...columns } = template;
    const rows = Array.from({ length: 900 }, (_, number) => {
      const place = { latitude: 10 + (number % 30) / 1_000, longitude: 10 + Math.floor(number / 30) / 1_000 };
      const id = `0000000${String(number).padStart(13, '0')}`;
      const keys = listColumns(id, template);
      return { ...columns, $id: id, reference: null, images: '[]', ...place, cell: cellOf(place), ...keys };
    });
    await createRows('complaints', rows);
    await service.local.settle();
    service.local.calls.clear();
    const query = { near: '10,10', radius: 20_000 };
    await listOf(service, query);
    expect(service.local.calls.all().length).toBeLessThanOrEqual(6);
    const pages = await allPages(service, { ...query, pageSize: 100 });
    const items = pages.flatMap((page) => page.items);
    expect(new Set(items.map(({ id }) => id)).size).toBe(901);
    const distances = items.map(({ distance }) => distance ?? -1);
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    expect((await allPages(service, { ...query, pageSize: 100, status: 'closed' })).flatMap(idsOf)).toEqual([]);
  });
});

describe('the desk', () => {
  it('finds its own queue, that of a colleague, and unassigned complaints', async () => {
    const mine = await reporter.file();
    const theirs = await reporter.file();
    const nobodys = await reporter.file();
    await change(staff, { id: mine.id, assignedTo: staff.username });
    await change(staff, { id: theirs.id, assignedTo: other.username });
    const own = idsOf(await listOf(staff, { assignedTo: 'me' }));
    expect(own).toContain(mine.id);
    expect(own).not.toContain(theirs.id);
    const colleagues = idsOf(await listOf(staff, { assignedTo: other.username }));
    expect(colleagues).toContain(theirs.id);
    expect(colleagues).not.toContain(mine.id);
    expect(idsOf(await listOf(staff, { assignedTo: 'none', status: 'created', sort: '-createdAt' }))).toContain(
      nobodys.id,
    );
    expect((await listOf(staff, { assignedTo: 'somebody-else' })).items).toEqual([]);
  });

  it('finds what is overdue until it has ended', async () => {
    const late = await reporter.file({ category: 'water' });
    const fine = await reporter.file({ category: 'other' });
    const row = await service.connection.store.complaints.find(late.id);
    if (!row) throw new Error('gone');
    const overdueAt = new Date(Date.now() - SECOND).toISOString();
    const { dueKey, dueWithin } = listColumns(late.id, { ...row, overdueAt });
    await service.connection.store.complaints.replace(row, { overdueAt, dueKey, dueWithin });
    expect(idsOf(await listOf(service, { overdue: true }))).toEqual([late.id]);
    expect(idsOf(await listOf(service, { overdue: false }))).toContain(fine.id);
    expect(idsOf(await listOf(service, { overdue: false }))).not.toContain(late.id);
    await change(staff, { id: late.id, status: 'rejected', note: 'Not ours.' });
    expect(idsOf(await listOf(service, { overdue: true }))).toEqual([]);
  });
});

describe('a box', () => {
  const places = [
    [0.001, 100.001],
    [0.002, 100.002],
    [0.003, 100.003],
    [0.009, 100.009],
  ] as const;
  let filed: string[];

  beforeAll(async () => {
    filed = [];
    for (const [latitude, longitude] of places) {
      const { id } = await reporter.file({ latitude, longitude, category: 'water' });
      filed.unshift(id);
    }
  });

  const mapOf = async (query: string, viewer: Pick<Person, 'send'> = service) =>
    (await viewer.send('GET', `/complain?format=geojson&${query}`)).as(ComplaintPoints);

  it('lists the complaints in it by filing, page by page, in both directions and with other filters', async () => {
    const bbox = '100.001,0.001,100.003,0.003';
    const found = async (query: Record<string, string>) =>
      (await allPages(service, { pageSize: 2, bbox, ...query })).flatMap(idsOf);
    const inside = filed.slice(1);
    expect(await found({})).toEqual(inside);
    expect(await found({ sort: 'createdAt' })).toEqual(inside.toReversed());
    expect(await found({ category: 'water', status: 'created' })).toEqual(inside);
    expect(await found({ category: 'roads' })).toEqual([]);
    expect(await found({ q: 'lamp' })).toEqual(inside);
    expect(await listOf(service, { bbox, page: 2, pageSize: 2 })).toMatchObject({
      items: [{ id: inside[2] }],
      total: 3,
      totalIsExact: true,
      totalPages: 2,
    });
    expect(idsOf(await listOf(service, { bbox: '179,-1,-179,1' }))).toEqual([]);
  });

  it('combines as a map with every other filter', async () => {
    const bbox = 'bbox=100,0,100.03,0.03';
    const shown = async (query: string, viewer: Pick<Person, 'send'> = service) =>
      (await mapOf(`${bbox}&${query}`, viewer)).features.map(({ properties }) => properties.id).sort();
    const [first, second] = filed;
    const everything = filed.toSorted();
    const secret = await staff.file({ title: 'A secret leak', latitude: 0.02, longitude: 100.02 });
    await change(staff, { id: secret.id, hidden: true });
    expect(await shown('q=lamp', staff)).toEqual(everything);
    expect(await shown('q=nowhere')).toEqual([]);
    expect(await shown('q=leak')).toEqual([]);
    expect(await shown('q=leak', staff)).toEqual([secret.id]);
    expect(await shown('mine=true', reporter)).toEqual(everything);
    expect(await shown('hidden=true', staff)).toContain(secret.id);
    expect(await shown(`username=${staff.username}`, staff)).toEqual([secret.id]);
    expect(await shown('username=')).toEqual([]);
    await staff.send('POST', '/complain/follow', { json: { id: second } });
    expect(await shown('following=true&status=created', staff)).toEqual([second]);
    expect(await shown('q=lamp&category=WATER&status=created', staff)).toContain(first);
    expect(await shown(`to=2001-01-01`)).toEqual([]);
    (await service.send('GET', `/complain?format=geojson&${bbox}&hidden=true`)).problem(401);
    (await reporter.send('GET', `/complain?format=geojson&${bbox}&assignedTo=none`)).problem(403);
    (await service.send('GET', `/complain?format=geojson&${bbox}&following=true`)).problem(401);
  });

  it('across the date line holds both sides', async () => {
    const east = await reporter.file({ latitude: 60, longitude: 179.9 });
    const west = await reporter.file({ latitude: 60, longitude: -179.9 });
    const bbox = '179.8,59,-179.8,61';
    expect(idsOf(await listOf(service, { bbox }))).toEqual([west.id, east.id]);
    expect((await mapOf(`bbox=${bbox}`)).features).toHaveLength(2);
  });

  it('is a map of points with few properties, of the complaints that the viewer may see', async () => {
    const [hidden = '', ...rest] = filed;
    await change(staff, { id: hidden, hidden: true });
    const all = 'bbox=100,0,100.01,0.01';
    const { features, truncated } = await mapOf(all);
    expect(truncated).toBe(false);
    expect(features.map(({ properties }) => properties.id).sort()).toEqual(rest.toSorted());
    const [, latitude, longitude] = [filed[3], ...places[0]];
    expect(features.find(({ properties }) => properties.id === filed[3])).toMatchObject({
      geometry: { type: 'Point', coordinates: [longitude, latitude] },
      properties: { title: 'A broken lamp', status: 'created', category: 'water' },
    });
    for (const viewer of [staff, reporter]) expect((await mapOf(all, viewer)).features).toHaveLength(4);
    expect((await mapOf(`${all}&status=closed`)).features).toEqual([]);
    expect((await mapOf(`${all}&category=WATER`)).features).toHaveLength(3);
    expect((await mapOf(`${all}&category=none`)).features).toEqual([]);
    await change(staff, { id: hidden, hidden: false });
  });

  it('of more than 1,000 points says that there are more, and its list keeps its order', async () => {
    const pattern = await service.connection.store.complaints.find((await reporter.file({})).id);
    if (!pattern) throw new Error('not filed');
    const { $id: _, $createdAt: _c, $updatedAt: _u, $sequence: _s, images: _i, contact: _o, ...columns } = pattern;
    const rows = Array.from({ length: 1_001 }, (_n, n) => {
      const $id = `0m9${String(n).padStart(17, '0')}`;
      const place = { latitude: -40 + (n % 32) * 0.001, longitude: 20 + Math.floor(n / 32) * 0.001 };
      const lists = listColumns($id, pattern);
      return { ...columns, ...place, ...lists, $id, reference: null, contact: null, cell: cellOf(place), images: '[]' };
    });
    await createRows('complaints', rows);
    const bbox = '19.9,-41,20.9,-39';
    const { features, truncated } = await mapOf(`bbox=${bbox}`);
    expect([features.length, truncated]).toEqual([1_000, true]);
    expect(idsOf(await listOf(service, { bbox, pageSize: 2 }))).toEqual(
      rows
        .slice(-2)
        .map(({ $id }) => $id)
        .reverse(),
    );
  });

  it.each([
    'bbox=1,2,3',
    'bbox=1,2,3,1',
    'bbox=1,2,181,3',
    'bbox=a,b,c,d',
    'format=geojson',
    'format=kml&bbox=1,1,2,2',
    'format=geojson&bbox=1,1,2,2&sort=createdAt',
    'format=geojson&bbox=1,1,2,2&q=-',
    'format=geojson&bbox=1,1,2,2&page=1',
    'bbox=1,1,2,2&near=1,1&radius=5',
    'bbox=1,1,2,2&sort=-updatedAt',
  ])('is refused as %s', async (query) => {
    (await service.send('GET', `/complain?${query}`)).problem(422);
  });
});
