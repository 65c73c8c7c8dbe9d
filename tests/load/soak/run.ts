import { makePhoto } from '#tests/support/photo.ts';
import { audit, type Findings, runDailyPasses } from './audit.ts';
import { type Gauge, startGauges } from './gauges.ts';
import { injectFaults } from './inject-faults.ts';
import { startSoakService } from './service.ts';
import { Traffic } from './traffic.ts';

export type SoakOptions = { seconds: number; perSecond: number; faultShare: number };
export type SoakReport = {
  requests: number;
  statuses: Map<string, number>;
  injected: { calls: number; events: number };
  unexpected: string[];
  findings: Findings;
  early: Gauge;
  late: Gauge;
};

/** Runs mixed load at a steady rate with faults, then checks everything that is stored. */
export async function runSoak({ seconds, perSecond, faultShare }: SoakOptions): Promise<SoakReport> {
  const service = await startSoakService();
  try {
    const traffic = new Traffic(service, new Uint8Array(await makePhoto()));
    for (let count = 0; count < 10; count += 1) await traffic.file(count < 3);
    const gauges = startGauges();
    const faults = injectFaults(service.local.faults, faultShare);
    const requests = await atSteadyRate(() => traffic.next(), { seconds, perSecond });
    const injected = faults.stop();
    const drift = gauges.stop();
    await runDailyPasses(service);
    const findings = await audit(service, traffic.ledger);
    const { statuses, unexpected } = traffic.ledger;
    return { requests, statuses, injected, unexpected, findings, ...drift };
  } finally {
    await service.close();
  }
}

/** Starts each request on schedule, whether or not earlier ones were answered. Resolves to their number. */
async function atSteadyRate(next: () => Promise<void>, rate: { seconds: number; perSecond: number }): Promise<number> {
  const began = performance.now();
  const running = new Set<Promise<void>>();
  const total = rate.seconds * rate.perSecond;
  for (let count = 0; count < total; count += 1) {
    const due = began + (1000 * count) / rate.perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const request = next().finally(() => running.delete(request));
    running.add(request);
  }
  await Promise.all(running);
  return total;
}
