import { expect, it } from 'vitest';
import { DAYS_SETTINGS, startService } from '../../support/harness.ts';
import { runNotifyStory } from '../../support/notify-story.ts';
import { seededRandom } from '../../support/seeded-random.ts';

it('everybody is told of every change exactly once, while calls fail and events are lost and doubled', async () => {
  const service = await startService(DAYS_SETTINGS, { notifications: true, maintenance: false });
  const random = seededRandom(Math.floor(Math.random() * 1_000_000));
  const report = await runNotifyStory(service, { changes: 25, faults: 0.05, random });
  expect(report).toMatchObject({ changes: 25, expected: 25, missing: [], duplicated: [] });
  expect(report.faultHits).toBeGreaterThan(0);
  await service.close();
});
