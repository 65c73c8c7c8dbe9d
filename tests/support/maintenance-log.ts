import * as z from 'zod/mini';
import type { MaintenanceReport } from '#shared/services/maintenance/run.ts';
import type { Service } from './harness.ts';

const Executions = z.object({ executions: z.array(z.object({ logs: z.string(), errors: z.string() })) });
const TEN_MINUTES = 600_000;

/** Lets the schedule come once, at its next time or so much later, and reads from the log what the run has done. */
export async function runAndReadLog(service: Service, later = 0): Promise<MaintenanceReport & { alarm?: string }> {
  const { local } = service;
  local.clock.advance(TEN_MINUTES - (local.clock.now() % TEN_MINUTES) + 1 + later);
  await local.settle();
  const queries = [
    { method: 'orderDesc', attribute: '$createdAt' },
    { method: 'limit', values: [1] },
  ]
    .map((query, at) => `queries[${at}]=${encodeURIComponent(JSON.stringify(query))}`)
    .join('&');
  const answer = await fetch(`${local.endpoint}/functions/${service.functionId('maintenance')}/executions?${queries}`, {
    headers: { 'x-appwrite-project': local.projectId, 'x-appwrite-key': local.apiKey },
  });
  const [last] = z.parse(Executions, await answer.json()).executions;
  // In the layout compact other jobs log beside it.
  const lines = `${last?.logs ?? ''}\n${last?.errors ?? ''}`.split('\n').filter((text) => text.startsWith('{'));
  const line = lines.map((text) => JSON.parse(text)).find(({ route }) => route === 'schedule') ?? {};
  if (line.report === undefined) throw new Error(`maintenance has failed: ${JSON.stringify(line)}`);
  return { ...line.report, alarm: line.alarm };
}
