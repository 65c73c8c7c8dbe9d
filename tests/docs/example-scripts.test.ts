import { afterAll, beforeAll, expect, it } from 'vitest';
import { runDay } from '#scripts/examples/day.ts';
import { runTypedStory } from '#scripts/examples/typed-client.ts';
import { runSdkStory } from '#scripts/examples/web-sdk.ts';
import { LAYOUTS } from '#scripts/project/layout.ts';
import { type Service, startService, uniqueName } from '../support/harness.ts';
import { makePicture } from '../support/pictures.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

async function typedStory(docsUrl: string): Promise<{ lines: string[]; id: string; username: string }> {
  const lines: string[] = [];
  const picture = new Blob([new Uint8Array(await makePicture('jpeg'))]);
  const username = uniqueName();
  const id = await runTypedStory({ docsUrl, username, picture, print: (line) => lines.push(line) });
  return { lines, id, username };
}

it('plays the whole story with the typed client', async () => {
  const { lines, id, username } = await typedStory(service.local.url);
  expect(lines).toEqual([
    `registered ${username}, a user`,
    expect.stringMatching(/^logged in until \d{4}-/),
    `filed ${id} with 1 picture, 40 pixels wide`,
    `1 of ${username} in the list: Pothole in Mill Lane`,
    'replied; now at version 2',
    expect.stringMatching(/^refused as it should be: The complaint is at version 2 now/),
    'deleted: true',
  ]);
});

it('finds each function on its own domain from the address of the docs', async () => {
  const { url } = service.local;
  const API_ORIGINS = `auth=${url.replace('127.0.0.1', 'localhost')},users=${url},complaints=${url}`;
  const docs = await startService({ API_ORIGINS });
  const { lines, username } = await typedStory(docs.local.url);
  expect(lines.at(-1)).toBe('deleted: true');
  expect((await service.login(username)).username).toBe(username);
  await expect(docs.login(username)).rejects.toThrow('bad_credentials');
  await docs.close();
});

it.each(LAYOUTS)(
  'plays the same story with the Appwrite web SDK through executions in the layout %s',
  async (layout) => {
    const lines: string[] = [];
    const own = layout === 'groups' ? service : await startService({}, { layout });
    const { endpoint, projectId } = own.local;
    const only = layout === 'groups' ? {} : { only: own.functionId('complaints') };
    const picture = await makePicture('jpeg');
    const username = uniqueName();
    const id = await runSdkStory({
      endpoint,
      projectId,
      ...only,
      username,
      picture,
      print: (line) => lines.push(line),
    });
    expect(lines).toEqual([
      `registered ${username}`,
      expect.stringMatching(/^logged in until \d{4}-/),
      `filed ${id}: 201`,
      `1 of ${username} in the list`,
      'replied; now at version 2',
      'deleted; again: 404 not_found: There is no complaint of this id.',
    ]);
    if (own !== service) await own.close();
  },
);

it('plays a day at the desk, with passing deadlines and mails', async () => {
  const lines: string[] = [];
  await runDay((line) => lines.push(line.slice(24)));
  const reference = expect.stringMatching(/^\d{4}-\d{6}-\d /);
  expect(lines).toEqual([
    expect.stringMatching(/^30 reports come in, the first is \d{4}-000001-\d$/),
    'clara finds 5 duplicates; their reporters follow the first report',
    expect.stringMatching(/^clara acknowledges 24, and overlooks \d{4}-000004-\d$/),
    '14 are resolved in the morning',
    expect.stringMatching(/^\d+ mails were sent, to ada, ben, cleo, dan, eve, finn$/),
    reference,
    reference,
    '2 mails were sent, to boss',
    expect.stringMatching(/^ada complains again: \d{4}-000001-\d is reopened$/),
    'two weeks later: 1 created, 10 acknowledged, 1 in_progress, 5 rejected, 13 closed',
    expect.stringMatching(/^\d+ mails were sent, to /),
  ]);
  expect(lines.slice(5, 7).map((line) => line.split(' ').slice(1).join(' '))).toEqual([
    'was not acknowledged in two hours: assigned to boss',
    'is overdue: assigned to boss',
  ]);
});
