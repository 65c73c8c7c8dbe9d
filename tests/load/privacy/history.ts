import { Complaint } from '#shared/contract/responses.ts';
import { change } from '#tests/support/complaints.ts';
import { PASSWORD } from '#tests/support/enrol.ts';
import type { Person } from '#tests/support/harness.ts';
import { makePicture } from '#tests/support/pictures.ts';
import type { Random } from '#tests/support/seeded-random.ts';
import type { Case } from './model.ts';
import { idOf, type Name, type World } from './world.ts';

/** Words that no other text here contains, so that a search finds only one complaint. */
const WORDS = [
  'zeppelin',
  'quagmire',
  'haystack',
  'obelisk',
  'pamphlet',
  'turbine',
  'vestibule',
  'walnut',
  'yardstick',
];
const CATEGORIES = ['roads', 'waste', null] as const;
export const PLACE = { latitude: 48.2082, longitude: 16.3738 };
/** Only complaints that the viewers may not know of contain it. */
export const HIDDEN_WORD = 'phantasm';

type Pair = readonly [World, World];

/** People who may have filed complaints without a name. A viewer may not even learn their roles. */
const MASKS: readonly [Name, ...Name[]] = ['mask1', 'mask2', 'scribe', 'chief'];

type Draft = { title: string; description: string; category: string | null; anonymous: boolean };

async function send(person: Person, draft: Draft, { isPlaced = false, isPictured = false, key = '' }) {
  const place = isPlaced ? PLACE : {};
  const images = isPictured ? [(await makePicture('jpeg', { seed: 7 })).toString('base64')] : [];
  const headers: Record<string, string> = key === '' ? {} : { 'idempotency-key': key };
  const answer = await person.send('POST', '/complain', { headers, json: { ...draft, ...place, images } });
  return answer.as(Complaint, 201);
}

/** The draft of a case, always the same. */
export function draftOf({ label, word, category, anonymous }: Case): Draft {
  return { title: `The ${word} of ${label}`, description: 'It has been like this for a week.', category, anonymous };
}

/** Files a complaint in both worlds. If it shows no name, each world has its own reporter. */
async function file(worlds: Pair, cases: Case[], random: Random): Promise<void> {
  const who = random.pick(['other', 'reporter', 'neighbour', 'leaver1', 'masked', 'masked'] as const);
  const number = cases.length;
  const one: Case = {
    label: `case${number}`,
    who,
    isErased: false,
    anonymous: who === 'masked' || (who === 'reporter' && random.chance(0.4)),
    hidden: false,
    status: 'created',
    category: random.pick(CATEGORIES),
    word: WORDS[number % WORDS.length] ?? 'zeppelin',
    isPlaced: random.chance(0.5),
    followers: [],
    entries: [{ role: 'user', kind: 'created', note: null, status: 'created' }],
  };
  const isPictured = random.chance(0.3);
  for (const world of worlds) {
    // Both leavers are erased in the end, so nobody may know which of them it was.
    const name =
      who === 'masked' ? random.pick(MASKS) : who === 'leaver1' ? random.pick(['leaver1', 'leaver2'] as const) : who;
    const key = who === 'other' ? one.label : '';
    const filed = await send(world.people[name], draftOf(one), { isPlaced: one.isPlaced, isPictured, key });
    world.ids.set(one.label, filed.id);
    world.pictures.set(one.label, urlsOf(filed));
  }
  cases.push(one);
}

async function changeInBoth(worlds: Pair, one: Case, json: Record<string, unknown>): Promise<void> {
  for (const world of worlds) await change(world.people.clerk, { id: idOf(world, one.label), ...json });
}

const urlsOf = ({ images }: Complaint) => images.flatMap(({ url, previewUrl }) => [url, previewUrl]);

async function hide(world: World, { label }: Case): Promise<void> {
  await change(world.people.clerk, { id: idOf(world, label), hidden: true });
  world.endedUrls.push(...(world.pictures.get(label) ?? []));
  world.pictures.delete(label);
}

async function show(world: World, { label }: Case): Promise<void> {
  world.pictures.set(label, urlsOf(await change(world.people.clerk, { id: idOf(world, label), hidden: false })));
}

/** Makes a change that the public sees, unless the complaint is hidden. */
async function work(worlds: Pair, cases: Case[], random: Random): Promise<void> {
  const one = cases[random.below(cases.length)];
  if (!one) return;
  const role = 'staff';
  switch (random.below(6)) {
    case 0: {
      const note = `Seen ${one.entries.length}`;
      for (const world of worlds) {
        const internalNote = `By hand ${random.below(1_000_000)}`;
        await change(world.people.clerk, { id: idOf(world, one.label), note, internalNote });
      }
      one.entries.push({ role, kind: 'note', note, status: one.status });
      return;
    }
    case 1:
      if (one.status !== 'created') return;
      await changeInBoth(worlds, one, { status: 'acknowledged' });
      one.status = 'acknowledged';
      one.entries.push({ role, kind: 'status', note: null, status: 'acknowledged' });
      return;
    case 2:
      if (one.hidden) return;
      for (const world of worlds) await hide(world, one);
      one.hidden = true;
      return;
    case 4: {
      const follower = random.pick(['other', 'reporter'] as const);
      const cannot = one.hidden || one.status === 'rejected' || one.who === follower;
      if (cannot || one.followers.includes(follower)) return;
      for (const world of worlds) {
        await world.people[follower].send('POST', '/complain/follow', { json: { id: idOf(world, one.label) } });
      }
      one.followers.push(follower);
      return;
    }
    case 3:
      if (!one.hidden) return;
      for (const world of worlds) await show(world, one);
      one.hidden = false;
      return;
    default: {
      if (one.who !== 'reporter') return;
      const note = `Still so ${one.entries.length}`;
      for (const world of worlds) await change(world.people.reporter, { id: idOf(world, one.label), note });
      one.entries.push({ role: 'user', kind: 'note', note, status: one.status });
    }
  }
}

async function fileSecretComplaint(world: World, random: Random, isPictured: boolean) {
  const draft = { title: `A ${HIDDEN_WORD}`, description: 'Nobody knows.', category: 'roads', anonymous: false };
  const name = random.pick(['ghost', 'mask1', 'neighbour'] as const);
  return { name, filed: await send(world.people[name], draft, { isPlaced: true, isPictured }) };
}

/** Changes in one world that only staff may know of. */
const SECRET_CHANGES: readonly ((world: World, cases: Case[], random: Random) => Promise<unknown>)[] = [
  async function hiddenByStaff(world, _, random) {
    const { filed } = await fileSecretComplaint(world, random, random.chance(0.5));
    await change(world.people.clerk, { id: filed.id, hidden: true });
    world.hiddenIds.push(filed.id);
    world.endedUrls.push(...urlsOf(filed));
  },
  async function hiddenInTheConsole(world, _, random) {
    const { complaints } = world.service.connection.store;
    const { filed } = await fileSecretComplaint(world, random, random.chance(0.5));
    const row = await complaints.find(filed.id);
    if (row) await complaints.replace(row, { hidden: true });
    world.hiddenIds.push(filed.id);
    world.endedUrls.push(...urlsOf(filed));
  },
  async function deleted(world, _, random) {
    const { name, filed } = await fileSecretComplaint(world, random, false);
    await world.people[name].send('POST', '/complain/delete', { json: { id: filed.id } });
  },
  async function workedOnWhileHidden(world, _, random) {
    const { filed } = await fileSecretComplaint(world, random, false);
    await change(world.people.clerk, { id: filed.id, hidden: true });
    await change(world.people.clerk, { id: filed.id, status: 'acknowledged', note: 'In secret.' });
    world.hiddenIds.push(filed.id);
  },
  async function hiddenForAMoment(world, cases, random) {
    const one = cases[random.below(cases.length)];
    if (!one || one.hidden) return;
    await hide(world, one);
    await show(world, one);
  },
  async function internalWork(world, cases, random) {
    const one = cases[random.below(cases.length)];
    if (!one) return;
    const { clerk, chief } = world.people;
    const id = idOf(world, one.label);
    await change(clerk, { id, assignedTo: random.chance(0.5) ? clerk.username : chief.username });
    await change(clerk, { id, internalNote: `In secret ${random.below(99)}` });
  },
];

/**
 * Lets a viewer follow a complaint and marks another one as its duplicate. Then hides it in one world and deletes it in
 * the other, which only staff may tell apart.
 */
async function hideOrDelete(worlds: Pair, cases: Case[], random: Random): Promise<void> {
  const one = cases.find(({ hidden, status }) => !hidden && status === 'created');
  const isHiddenIn = random.below(2);
  for (const [index, world] of worlds.entries()) {
    const draft = { title: `A ${HIDDEN_WORD}`, description: 'Nobody knows.', category: 'roads', anonymous: false };
    const { id } = await send(world.people.neighbour, draft, { isPlaced: true });
    await world.people.other.send('POST', '/complain/follow', { json: { id } });
    if (one) await change(world.people.clerk, { id: idOf(world, one.label), duplicateOf: id });
    if (index === isHiddenIn) {
      await change(world.people.clerk, { id, hidden: true });
      world.hiddenIds.push(id);
    } else {
      const { status } = await world.people.neighbour.send('POST', '/complain/delete', { json: { id } });
      if (status !== 200) throw new Error(`a deletion was answered ${status}`);
    }
  }
  if (!one) return;
  one.status = 'rejected';
  // The schedule moves them to the original, which the viewers cannot see.
  one.followers = [];
  one.entries.push({ role: 'staff', kind: 'status', note: null, status: 'rejected' });
}

/** Plays a history of `steps` steps in two worlds that differ only in what no viewer may know. */
export async function playHistory(worlds: Pair, steps: number, random: Random): Promise<Case[]> {
  const cases: Case[] = [];
  for (let turn = 0; turn < 4; turn += 1) await file(worlds, cases, random);
  // Every kind of secret happens at least once, in one of the worlds.
  for (const makeChange of SECRET_CHANGES) await makeChange(worlds[random.below(2)] ?? worlds[0], cases, random);
  await hideOrDelete(worlds, cases, random);
  for (let turn = 0; turn < steps; turn += 1) {
    if (random.chance(0.3)) await file(worlds, cases, random);
    else if (random.chance(0.6)) await work(worlds, cases, random);
    const makeChange = SECRET_CHANGES[random.below(SECRET_CHANGES.length)];
    if (random.chance(0.5)) await makeChange?.(worlds[random.below(2)] ?? worlds[0], cases, random);
    if (random.chance(0.1)) await hideOrDelete(worlds, cases, random);
  }
  for (const world of worlds) {
    for (const name of ['leaver1', 'leaver2'] as const) {
      const { status } = await world.people[name].send('DELETE', '/user', { json: { password: PASSWORD } });
      if (status !== 204) throw new Error(`an erasure was answered ${status}`);
    }
  }
  for (const one of cases) if (one.who === 'leaver1') one.isErased = true;
  return cases;
}
