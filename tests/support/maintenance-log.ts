import * as z from 'zod/mini';
import { MINUTE } from '#shared/domain/clock.ts';
import type { MaintenanceReport } from '#shared/services/maintenance/run.ts';
import { linesSince } from './executions.ts';
import type { Service } from './harness.ts';

const Line = z.object({ route: z.string(), report: z.optional(z.unknown()), alarm: z.optional(z.string()) });
const TEN_MINUTES = 10 * MINUTE;

/** Runs the schedule once, `later` milliseconds after its next time, and resolves to the report that the run logged. */
export async function runAndReadLog(
  service: Service,
  later = 0,
): Promise<MaintenanceReport & { alarm: string | undefined }> {
  const { local } = service;
  const before = local.clock.now();
  const ahead = TEN_MINUTES - (before % TEN_MINUTES) + 1 + later;
  local.clock.advance(ahead);
  await local.settle();
  // Ignores a run that was due before the clock moved.
  const lines = (await linesSince(service, 'maintenance', before + ahead - 1)).map((line) => z.parse(Line, line));
  const line = lines.find(({ route }) => route === 'schedule');
  if (!line?.report) throw new Error(`maintenance has failed: ${JSON.stringify(line)}`);
  return { ...(line.report as MaintenanceReport), alarm: line.alarm };
}
