import { isDeepStrictEqual } from 'node:util';
import { ComplaintDetail, ComplaintList } from '#shared/contract/responses.ts';
import { referenceOf } from '#shared/domain/reference.ts';
import { runMaintenanceOnce } from '#tests/support/complaints.ts';
import { makePicture } from '#tests/support/pictures.ts';
import { seededRandom } from '#tests/support/seeded-random.ts';
import type { Answer } from '#tests/support/send.ts';
import { draftOf, playHistory } from './history.ts';
import { type Case, knownTo, nameShown, type Viewer } from './model.ts';
import { LISTS, type List, OTHER_PATHS, PAGED_LISTS } from './paths.ts';
import { idOf, openWorld, usernameOf, type World } from './world.ts';

export type Figures = { cases: number; hidden: number; answers: number };

/** People whose names no viewer here may read anywhere. */
const SECRET_NAMES = ['ghost', 'mask1', 'mask2', 'leaver1', 'leaver2', 'scribe', 'chief'] as const;
const VIEWERS = ['stranger', 'other', 'reporter'] as const;

/** Repeats a request that a very busy machine answers with 503. */
async function ask(world: World, viewer: Viewer, path: string): Promise<Answer> {
  const sender = viewer === 'stranger' ? world.service : world.people[viewer];
  let answer = await sender.send('GET', path);
  for (let tries = 1; answer.status === 503 && tries < 4; tries += 1) answer = await sender.send('GET', path);
  return answer;
}

/**
 * Removes what differs between the worlds without revealing anything: ids, times, secrets in URLs and what the contract
 * excepts. (Appwrite's file tokens contain the number of files uploaded before, hidden complaints included; nothing
 * here can change that.)
 */
function comparable(world: World, text: string): string {
  let plain = text;
  for (const [label, id] of world.ids) plain = plain.replaceAll(id, `~${label}`);
  return (
    plain
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '~time')
      .replace(/token=[\w.-]+/g, 'token=~')
      .replace(/127\.0\.0\.1:\d+/g, '~host')
      .replace(/"instance":"[^"]*"/g, '"instance":"~"')
      .replace(/"next":"[^"]*"/g, '"next":"~"')
      .replace(/("medianSeconds\w+"):\d+/g, '$1:~')
      .replace(/"version":\d+/g, '"version":~')
      // References are numbered consecutively, hidden complaints included.
      .replace(/"reference":"[^"]*"/g, '"reference":"~"')
  );
}

const EXCEPTED = new Set(['date', 'etag', 'x-request-id', 'x-appwrite-execution-id', 'content-length', 'keep-alive']);

function comparableAnswer(world: World, { status, headers, text }: Answer) {
  const compared = Object.entries(headers).filter(([name]) => !EXCEPTED.has(name));
  // A recent limit is counted in its existing row, an older one in a new row.
  const calls = world.service.local.calls
    .of(headers['x-appwrite-execution-id'] ?? '')
    .filter(({ path }) => !path.includes('/tables/limits/'));
  const plain = (path: string) => (path.split('?')[0] ?? '').replace(/(rows|transactions)\/[^/]+/, '$1/~');
  return {
    status,
    headers: Object.fromEntries(compared),
    body: comparable(world, text),
    calls: calls.map(({ method, path, status }) => `${method} ${plain(path)} ${status}`).sort(),
  };
}

/** Both texts around their first difference. */
function firstDifference(left: unknown, right: unknown): string[] {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return [a, b].map((text) => text.slice(Math.max(0, at - 200), at + 200));
}

type ShareOf = <T>(viewer: Viewer, all: readonly T[]) => readonly T[];

const everything: ShareOf = (_, all) => all;

/** Gives every item to one viewer; the seed decides to which. */
function dividedBy(seed: number): ShareOf {
  return (viewer, all) => all.filter((_, index) => VIEWERS[(index + seed) % VIEWERS.length] === viewer);
}

class Oracle {
  readonly #worlds: readonly [World, World];
  readonly #cases: readonly Case[];
  readonly #shareOf: ShareOf;
  answers = 0;

  constructor(worlds: readonly [World, World], cases: readonly Case[], shareOf: ShareOf) {
    this.#worlds = worlds;
    this.#cases = cases;
    this.#shareOf = shareOf;
  }

  #fail(what: string, ...found: unknown[]): never {
    throw new Error(`${what}\n${found.map((one) => JSON.stringify(one, null, 1)).join('\n')}`);
  }

  /** Sends one request in both worlds and expects equal answers. `path` may insert the id of a label in a world. */
  async expectEqualAnswers(
    viewer: Viewer,
    path: (world: World) => string,
    isOrdered = true,
  ): Promise<[Answer, Answer]> {
    const [one, two] = this.#worlds;
    const [a, b] = await Promise.all([ask(one, viewer, path(one)), ask(two, viewer, path(two))]);
    this.answers += 2;
    const [left, right] = [comparableAnswer(one, a), comparableAnswer(two, b)];
    if (!isOrdered) {
      for (const side of [left, right]) side.body = [...side.body].sort().join('');
    }
    if (!isDeepStrictEqual(left, right))
      this.#fail(`${viewer} can tell the worlds apart by ${path(one)}`, firstDifference(left, right));
    for (const name of SECRET_NAMES) {
      const isAsked = path(one).includes(usernameOf(name));
      if (!isAsked && a.text.includes(usernameOf(name)))
        this.#fail(`${viewer} reads of ${name} in ${path(one)}`, a.text);
    }
    return [a, b];
  }

  #expected({ holds, order = 'newest' }: List, viewer: Viewer): string[] {
    const known = knownTo(viewer, this.#cases).filter((one) => holds(one, viewer));
    const labels = known.map(({ label }) => label);
    if (order === 'any') return labels.sort();
    return order === 'newest' ? labels.reverse() : labels;
  }

  #labels(world: World, pages: readonly ComplaintList[]): string[] {
    const byId = new Map([...world.ids].map(([label, id]) => [id, label]));
    return pages.flatMap(({ items }) => items.map(({ id }) => byId.get(id) ?? `unknown ${id}`));
  }

  #checkItems(viewer: Viewer, world: World, pages: readonly ComplaintList[]): void {
    for (const item of pages.flatMap(({ items }) => items)) {
      const one = this.#cases.find(({ label }) => world.ids.get(label) === item.id);
      const name = one && nameShown(viewer, one);
      if (!one || (name !== undefined && item.username !== name)) this.#fail(`${viewer} reads`, item, one);
      if (viewer !== 'clerk' && item.assignedTo !== null) this.#fail(`${viewer} reads who it is given to`, item);
    }
  }

  async checkList(viewer: Viewer, list: List): Promise<void> {
    const answers = await this.expectEqualAnswers(viewer, () => `/complain?${list.query}`, list.order !== 'any');
    for (const [index, answer] of answers.entries()) {
      const world = this.#worlds[index] ?? this.#worlds[0];
      const page = answer.as(ComplaintList);
      const found = this.#labels(world, [page]);
      if (list.order === 'any') found.sort();
      const expected = this.#expected(list, viewer);
      const total = page.total === null || page.total === expected.length;
      if (!total || !isDeepStrictEqual(found, expected)) {
        this.#fail(`${viewer}: /complain?${list.query}, total ${page.total}`, found, expected);
      }
      this.#checkItems(viewer, world, [page]);
    }
  }

  async checkPages(viewer: Viewer, list: List): Promise<void> {
    const cursors = new Map<World, string>();
    const pages = new Map<World, ComplaintList[]>();
    const pathOf = (world: World) => {
      const after = cursors.get(world);
      return `/complain?${list.query}${after === undefined ? '' : `&after=${after}`}`;
    };
    do {
      const answers = await this.expectEqualAnswers(viewer, pathOf);
      for (const [index, answer] of answers.entries()) {
        const world = this.#worlds[index] ?? this.#worlds[0];
        const page = answer.as(ComplaintList);
        pages.set(world, [...(pages.get(world) ?? []), page]);
        if (page.next === null) cursors.delete(world);
        else cursors.set(world, page.next);
      }
    } while (cursors.size > 0);
    for (const [world, walked] of pages) {
      const [found, expected] = [this.#labels(world, walked), this.#expected(list, viewer)];
      if (!isDeepStrictEqual(found, expected)) this.#fail(`${viewer}: a walk by ${list.query}`, found, expected);
    }
  }

  async checkDetail(viewer: Viewer, one: Case): Promise<void> {
    const answers = await this.expectEqualAnswers(viewer, (world) => `/complain?id=${idOf(world, one.label)}`);
    const isKnown = knownTo(viewer, [one]).length === 1;
    for (const answer of answers) {
      if (!isKnown) {
        answer.problem(404);
        continue;
      }
      const { username, timeline } = answer.as(ComplaintDetail);
      if (username !== nameShown(viewer, one)) this.#fail(`${viewer} reads the name ${username}`, one);
      const entries = timeline.map(({ role, kind, note, status }) => ({ role, kind, note, status }));
      if (!isDeepStrictEqual(entries, one.entries)) this.#fail(`${viewer} reads the timeline`, entries, one.entries);
    }
  }

  /** Compares hidden complaints of one world with an unknown id in the other. */
  async compareHiddenWithUnknown(viewer: Viewer): Promise<void> {
    const [withHidden, withoutHidden] =
      this.#worlds[0].hiddenIds.length > 0 ? this.#worlds : [this.#worlds[1], this.#worlds[0]];
    const unknown = { id: 'q'.repeat(20), reference: referenceOf(2099, 1) };
    const picture = (await makePicture('png')).toString('base64');
    for (const id of this.#shareOf(viewer, withHidden.hiddenIds)) {
      const { reference } = (await ask(withHidden, 'clerk', `/complain?id=${id}`)).as(ComplaintDetail);
      const hidden = { id, reference: reference ?? '' };
      const reads = (asked: typeof hidden) => [
        `/complain?id=${asked.id}`,
        `/complain?id=${asked.id}&timelineAfter=1`,
        `/complain?reference=${asked.reference}`,
        `/complain?q=${asked.reference}`,
      ];
      for (const [index, path] of reads(hidden).entries()) {
        const other = reads(unknown)[index] ?? '';
        const [a, b] = await Promise.all([ask(withHidden, viewer, path), ask(withoutHidden, viewer, other)]);
        this.#expectEqual(`${viewer}: ${path}`, comparableAnswer(withHidden, a), comparableAnswer(withoutHidden, b));
      }
      if (viewer === 'stranger') continue;
      for (const [method, path, more] of [
        ['PUT', '/complain', { note: 'Hello' }],
        ['PUT', '/complain', { title: 'Another title' }],
        ['PUT', '/complain', { anonymous: true }],
        ['POST', '/complain/delete', {}],
        ['POST', '/complain/follow', {}],
        ['POST', '/complain/unfollow', {}],
        ['POST', '/complain/rate', { score: 3 }],
        ['POST', '/complain/images', { images: [picture] }],
      ] as const) {
        const put = (world: World, asked: typeof hidden) =>
          world.people[viewer as 'other'].send(method, path, { json: { id: asked.id, ...more } });
        const [a, b] = await Promise.all([put(withHidden, hidden), put(withoutHidden, unknown)]);
        if (a.status !== 404) this.#fail(`${viewer}: ${method} ${path}`, a.status);
        this.#expectEqual(
          `${viewer}: ${method} ${path}`,
          comparableAnswer(withHidden, a),
          comparableAnswer(withoutHidden, b),
        );
      }
    }
  }

  #expectEqual(what: string, left: unknown, right: unknown): void {
    this.answers += 2;
    if (isDeepStrictEqual(left, right)) return;
    this.#fail(`a hidden complaint is not answered like none: ${what}`, firstDifference(left, right));
  }

  /** Every URL that the public was shown opens if the complaint is still visible, and not if it was hidden later. */
  async checkPictures(): Promise<void> {
    for (const world of this.#worlds) {
      const shown = [...world.pictures.values()].flat();
      for (const url of [...shown, ...world.endedUrls]) {
        const { status } = await fetch(url);
        if ((status === 200) === world.endedUrls.includes(url)) this.#fail(`a picture was answered ${status}`, url);
      }
    }
  }

  /** A filing that is repeated under its key is answered with the complaint as its reporter may see it. */
  async checkReplays(): Promise<void> {
    for (const one of this.#cases.filter(({ who }) => who === 'other')) {
      const place = one.isPlaced ? { latitude: 48.2082, longitude: 16.3738 } : {};
      const json = { ...draftOf(one), ...place };
      const answers = await Promise.all(
        this.#worlds.map((world) =>
          world.people.other.send('POST', '/complain', { headers: { 'idempotency-key': one.label }, json }),
        ),
      );
      const [left, right] = answers.map((answer, index) => {
        const world = this.#worlds[index] ?? this.#worlds[0];
        return [answer.status, comparable(world, answer.text)];
      });
      this.answers += 2;
      if (!isDeepStrictEqual(left, right)) this.#fail(`a replay of ${one.label}`, left, right);
    }
  }

  /** Staff see every complaint, so the checks above do not pass for lack of complaints. */
  async checkStaffList(): Promise<void> {
    for (const world of this.#worlds) {
      const page = (await ask(world, 'clerk', '/complain?pageSize=100')).as(ComplaintList);
      const expected = this.#cases.length + world.hiddenIds.length;
      if (page.items.length !== expected) this.#fail(`staff see ${page.items.length} of ${expected}`);
      const known = page.items.filter(({ id }) => [...world.ids.values()].includes(id));
      this.#checkItems('clerk', world, [{ ...page, items: known }]);
    }
  }
}

/**
 * Plays a random history in two worlds that differ only in what the viewers may not know, then compares every read: the
 * answers must be equal, cost the same Appwrite calls and follow the model. Excepted are version, ETag, updatedAt and
 * the order by it. Throws at the first difference. With `divided`, each list, path and hidden complaint is tried by one
 * viewer instead of all.
 */
export async function compareAnswers(seed: number, steps: number, { divided = false } = {}): Promise<Figures> {
  const worlds = await Promise.all([openWorld(), openWorld()]);
  try {
    const cases = await playHistory(worlds, steps, seededRandom(seed));
    // Maintenance applies what was hidden in the console.
    for (const world of worlds) await runMaintenanceOnce(world.service);
    // The first request for figures after a change has them computed.
    for (const world of worlds) await ask(world, 'clerk', '/complain/stats');
    const shareOf = divided ? dividedBy(seed) : everything;
    const oracle = new Oracle(worlds, cases, shareOf);
    await oracle.checkStaffList();
    for (const viewer of VIEWERS) {
      for (const list of shareOf(viewer, LISTS))
        if (!list.isOwn || viewer !== 'stranger') await oracle.checkList(viewer, list);
      for (const list of shareOf(viewer, PAGED_LISTS)) await oracle.checkPages(viewer, list);
      for (const path of shareOf(viewer, OTHER_PATHS)) await oracle.expectEqualAnswers(viewer, () => path);
      for (const one of cases) await oracle.checkDetail(viewer, one);
      await oracle.compareHiddenWithUnknown(viewer);
    }
    await oracle.checkPictures();
    await oracle.checkReplays();
    const hidden = worlds.reduce((sum, world) => sum + world.hiddenIds.length, 0);
    return { cases: cases.length, hidden, answers: oracle.answers };
  } finally {
    await Promise.all(worlds.map((world) => world.service.close()));
  }
}
