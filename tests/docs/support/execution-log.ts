import type { Service } from '../../support/harness.ts';
import type { Answer } from '../../support/send.ts';

/** Everything a function wrote for this answer, as an admin reads it in the console. */
export async function writtenFor(service: Service, functionId: string, answer: Answer): Promise<string> {
  const id = answer.headers['x-appwrite-execution-id'];
  const { endpoint, projectId, apiKey } = service.local;
  const headers = { 'x-appwrite-project': projectId, 'x-appwrite-key': apiKey };
  const response = await fetch(`${endpoint}/functions/${functionId}/executions/${id}`, { headers });
  const { logs, errors } = (await response.json()) as { logs: string; errors: string };
  return `${logs}${errors}`.trim();
}
