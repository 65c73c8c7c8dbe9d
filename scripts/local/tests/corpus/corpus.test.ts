import { expect, test } from 'vitest';
import { deviationsOn, readDeviations, unexplainedReason } from './deviations.ts';
import { describe } from './replay.ts';
import { replayLocally } from './server.ts';
import { groupsOf } from './step.ts';

const databases = ['mariadb', 'postgresql'] as const;
const cases = databases.flatMap((database) => groupsOf(database).map((group) => ({ database, group })));

test('the deviations are at most 150 steps, each with a reason and its meaning for the product', () => {
  const all = readDeviations();
  expect(all.filter(({ reason, product }) => reason === unexplainedReason || !product)).toEqual([]);
  expect(all.flatMap(({ steps }) => steps).length).toBeLessThanOrEqual(150);
});

test.concurrent.each(cases)(
  'answers every step as the recorded Appwrite: $group on $database',
  async ({ database, group }) => {
    const deviations = deviationsOn(database);
    const played = await replayLocally(group, database);
    const unexplained = played.filter(({ step, differences }) => differences.length > 0 && !deviations.has(step.id));
    const needless = played.filter(({ step, differences }) => differences.length === 0 && deviations.has(step.id));
    expect(unexplained.map(describe)).toEqual([]);
    expect(needless.map(({ step }) => `${step.id} is listed in deviations.json but answers as recorded`)).toEqual([]);
  },
);
