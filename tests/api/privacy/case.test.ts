import { afterAll, beforeAll, expect, it } from 'vitest';
import { Complaint } from '#shared/contract/responses.ts';
import { change, listOf, type Sender } from '../../support/complaints.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Person, type Service, sharedService } from '../../support/harness.ts';

/**
 * Words that occur in one field of one complaint only, and who may read them. The test searches for each of them in
 * everything that each viewer can request.
 */
const SECRETS = {
  'the name of a caller': { word: 'Quillfeather', readers: ['staff', 'admin'] },
  'the phone of a caller': { word: '+491701239876', readers: ['staff', 'admin'] },
  'the address of a caller': { word: 'quokka@example.org', readers: ['staff', 'admin'] },
  'the comment of a rating': { word: 'Zephyrine', readers: ['reporter', 'staff', 'admin'] },
  'the reason of a correction': { word: 'Marmalade', readers: ['reporter', 'staff', 'admin'] },
  'the title before a correction': { word: 'Xylophone', readers: ['admin'] },
  'the text before a correction': { word: 'Bumblebee', readers: ['admin'] },
  'an internal note': { word: 'Kaleidoscope', readers: ['staff', 'admin'] },
} as const;

let service: Service;
let reporter: Person;
let viewers: Record<'public' | 'user' | 'reporter' | 'staff' | 'admin', Sender>;
let clerk: Person;
let complaint: Complaint;
/** The texts that each viewer can read about the complaint, by the name of the viewer. */
let read: Map<string, string>;

beforeAll(async () => {
  service = await sharedService();
  const [user, staff, admin] = await service.people('user', 'staff', 'admin');
  clerk = await service.person('staff');
  reporter = await service.person('staff');
  const contact = { name: 'Quillfeather', phone: '+491701239876', email: 'quokka@example.org' };
  const place = { latitude: 12.5, longitude: 34.5, anonymous: true };
  const json = { title: 'The Xylophone man', description: 'Bumblebee made noise.', contact, ...place };
  complaint = (await reporter.send('POST', '/complain', { json })).as(Complaint, 201);
  const { id } = complaint;
  await change(clerk, { id, status: 'acknowledged', assignedTo: clerk.username, internalNote: 'Kaleidoscope' });
  await change(staff, { id, title: 'A noise', description: 'In the night.', reason: 'Marmalade' });
  await change(staff, { id, category: 'noise', assignedTo: staff.username });
  await change(staff, { id, status: 'resolved', outcome: 'fixed' });
  const rating = { id, score: 2, comment: 'Zephyrine' };
  complaint = (await reporter.send('POST', '/complain/rate', { json: rating })).as(Complaint);
  // The reporter loses the role staff here: a reporter with a role would read more than a reporter may.
  const role = { username: reporter.username, role: 'user' };
  expect((await admin.send('PUT', '/user/role', { json: role })).status).toBe(200);
  const own = await service.login(reporter.username);
  viewers = { public: service, user, reporter: own, staff, admin };
  const texts = Object.entries(viewers).map(async ([who, viewer]) => [who, await readable(viewer)] as const);
  read = new Map(await Promise.all(texts));
});
afterAll(() => service.close());

/**
 * Everything that a viewer can read of the complaint: by id, by reference, in every kind of list, after a refused
 * change.
 */
async function readable(viewer: Sender): Promise<string> {
  const { id, reference } = complaint;
  const queries = [
    `id=${id}`,
    `reference=${reference}`,
    'pageSize=5',
    `q=${reference}`,
    'near=12.5,34.5&radius=10',
    'sort=-updatedAt',
    `username=${reporter.username}`,
  ];
  const answers = await Promise.all(queries.map((query) => viewer.send('GET', `/complain?${query}`)));
  const refused = await viewer.send('PUT', '/complain', { json: { id, status: 'created', rating: {} } });
  return [...answers, refused].map(({ text }) => text).join('\n');
}

it.each(Object.entries(SECRETS))(
  '%s is readable for those who may read it, and for nobody else',
  (_, { word, readers }) => {
    const readBy = [...read].flatMap(([who, text]) => (text.includes(word) ? [who] : []));
    expect(readBy).toEqual(readers);
  },
);

it('previous and new assignees are shown to staff and admins only', async () => {
  for (const [who, viewer] of Object.entries(viewers)) {
    expect((await readable(viewer)).includes(clerk.username)).toBe(who === 'staff' || who === 'admin');
  }
});

it('the reporter of an anonymous complaint who rates it appears as a user without a name', async () => {
  for (const viewer of [viewers.public, viewers.user]) {
    const text = await readable(viewer);
    expect(text).not.toContain(reporter.username);
    const { timeline } = JSON.parse((await viewer.send('GET', `/complain?id=${complaint.id}`)).text);
    expect(timeline.at(-1)).toMatchObject({ kind: 'rating', role: 'user', by: null });
  }
});

it('a correction by a reporter who is staff looks like that of any other staff', async () => {
  const both = await service.person('staff');
  const roles = await Promise.all(
    [both, await service.person()].map(async (person) => {
      const { id } = await person.file({ anonymous: true });
      await change(clerk, { id, note: 'We look into it.' });
      await change(both, { id, title: 'Two broken lamps', reason: 'Counted.' });
      const { timeline } = JSON.parse((await service.send('GET', `/complain?id=${id}`)).text);
      return timeline.map(({ kind, role }: { kind: string; role: string }) => [kind, role]);
    }),
  );
  expect(roles[0]).toEqual(roles[1]);
});

it('removed words of a corrected text find nothing, for any viewer', async () => {
  for (const viewer of Object.values(viewers)) {
    for (const q of ['xylophone', 'bumblebee']) expect((await listOf(viewer, { q })).items).toEqual([]);
  }
});

it('no assignment contains the name of erased staff', async () => {
  const leaver = await service.person('staff');
  const { id } = await leaver.file();
  for (const assignedTo of [leaver.username, null]) await change(clerk, { id, assignedTo });
  expect((await leaver.send('DELETE', '/user', { json: { password: PASSWORD } })).status).toBe(204);
  await service.local.settle();
  const { complaints, timeline } = service.connection.store;
  const stored = JSON.stringify([(await complaints.list([])).rows, (await timeline.list([])).rows]);
  expect(stored).not.toContain(leaver.username);
});
