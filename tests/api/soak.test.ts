import { expect, it } from 'vitest';
import { runSoak } from '#tests/load/soak/run.ts';

it('under mixed load with faults every answer is expected, nothing is lost and nothing is left over', async () => {
  const report = await runSoak({ seconds: 3, perSecond: 15, faultShare: 0.05 });
  expect(report.unexpected).toEqual([]);
  expect(report.findings).toEqual({ lostUpdates: 0, doubledUpdates: 0, orphans: 0, lostPictures: 0, undeleted: 0 });
  expect(report.injected.calls).toBeGreaterThan(0);
  expect(report.requests).toBe(45);
});
