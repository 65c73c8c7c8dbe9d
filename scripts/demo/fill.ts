import type { LocalAppwrite } from 'local-appwrite';
import sharp from 'sharp';
import { giveRole } from '#scripts/admin/accounts.ts';
import { connect } from '#scripts/project/connect.ts';
import { DAY } from '#shared/domain/clock.ts';
import { DEMO_PEOPLE, type DemoPerson } from './people.ts';
import { drawScene, type Scene } from './scenes.ts';
import { DEMO_STORIES, type DemoStory } from './stories.ts';
import { Visitor } from './visitor.ts';

type TimedRequest = { day: number; run: (visitors: ReadonlyMap<string, Visitor>) => Promise<void> };

/**
 * Fills an empty local Appwrite through the API with events of three weeks; does nothing when it has accounts. Resolves
 * to a text with the logins.
 */
export async function fillWithDemo(local: LocalAppwrite): Promise<string> {
  const connection = connect({ endpoint: local.endpoint, projectId: local.projectId, key: local.apiKey });
  const { total } = await connection.store.users.list([], { total: true });
  if (total > 0)
    return describe('There are people here already, so no demo data was added. Its accounts, if you made it:');
  const now = () => local.clock.now();
  const visitors = new Map(DEMO_PEOPLE.map((person) => [person.username, new Visitor(person, local.url, now)]));
  const today = local.clock.offset();
  const moveTo = (day: number) => local.clock.advance(today - day * DAY - local.clock.offset());
  try {
    moveTo(21);
    await Promise.all([...visitors.values()].map((visitor) => visitor.register()));
    for (const { username, role } of DEMO_PEOPLE) {
      if (role !== 'user') await giveRole(connection, username, role);
    }
    for (const { day, run } of DEMO_STORIES.flatMap(requestsOf).sort((a, b) => b.day - a.day)) {
      moveTo(day);
      await run(visitors);
    }
  } finally {
    local.clock.advance(today - local.clock.offset());
  }
  await local.settle();
  return describe(`Demo data: ${DEMO_STORIES.length} complaints. Log in as one of`);
}

/** The requests of a story in their order. Stories happen at different hours of the day. */
function requestsOf(story: DemoStory, number: number): TimedRequest[] {
  const hours = ((number * 5) % 9) / 24;
  let id: string | undefined;
  const file: TimedRequest = {
    day: story.day + hours,
    run: async (visitors) => {
      ({ id } = (await visitors.get(story.by)?.send('POST', '/complain', await formOf(story, number))) ?? {});
    },
  };
  const steps = story.steps.map(({ day, by, change }) => ({
    day: day + hours,
    run: async (visitors: ReadonlyMap<string, Visitor>) => {
      await visitors.get(by)?.send('PUT', '/complain', { id, ...change });
    },
  }));
  return [file, ...steps];
}

async function formOf({ complaint, scenes }: DemoStory, number: number): Promise<FormData> {
  const form = new FormData();
  for (const [field, value] of Object.entries(complaint)) form.set(field, value);
  for (const [index, scene] of scenes.entries()) {
    const bytes = await photograph(scene, number * 7 + index);
    form.set(`image${index + 1}`, new Blob([bytes], { type: 'image/jpeg' }), `${scene}.jpg`);
  }
  return form;
}

async function photograph(scene: Scene, seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const jpeg = await sharp(Buffer.from(drawScene(scene, seed)))
    .jpeg({ quality: 82 })
    .toBuffer();
  return new Uint8Array(jpeg);
}

function describe(first: string): string {
  const line = ({ username, password, role, name }: DemoPerson) =>
    `  ${role.padEnd(6)} ${username.padEnd(8)} ${password.padEnd(22)} ${name}`;
  return [first, ...DEMO_PEOPLE.map(line)].join('\n');
}
