import * as z from 'zod/mini';
import type { Service } from './harness.ts';

const Execution = z.object({ logs: z.string(), errors: z.string() });
const Executions = z.object({ executions: z.array(Execution) });

async function fetchJson({ local }: Service, path: string): Promise<unknown> {
  const { endpoint, projectId, apiKey } = local;
  const headers = { 'x-appwrite-project': projectId, 'x-appwrite-key': apiKey };
  return (await fetch(`${endpoint}/functions/${path}`, { headers })).json();
}

/** The JSON lines of an execution, one for each request or job. In the layout compact there may be several. */
function linesOf({ logs, errors }: z.infer<typeof Execution>): unknown[] {
  const lines = `${logs}\n${errors}`.split('\n').filter((text) => text.startsWith('{'));
  return lines.map((text) => JSON.parse(text));
}

/** The log lines of one execution, read through Appwrite's API with an admin key. */
export async function linesOfExecution(service: Service, part: string, id: string): Promise<unknown[]> {
  const answer = await fetchJson(service, `${service.functionId(part)}/executions/${id}`);
  return linesOf(z.parse(Execution, answer));
}

/** The log lines of executions after this moment of the local clock, oldest first; of at most 100 executions. */
export async function linesSince(service: Service, part: string, moment: number): Promise<unknown[]> {
  const queries = [
    { method: 'greaterThan', attribute: '$createdAt', values: [new Date(moment).toISOString()] },
    { method: 'orderAsc', attribute: '$createdAt' },
    { method: 'limit', values: [100] },
  ].map((query, at) => `queries[${at}]=${encodeURIComponent(JSON.stringify(query))}`);
  const answer = await fetchJson(service, `${service.functionId(part)}/executions?${queries.join('&')}`);
  return z.parse(Executions, answer).executions.flatMap(linesOf);
}
