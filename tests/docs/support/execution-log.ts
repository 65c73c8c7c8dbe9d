import type { Service } from '../../support/harness.ts';
import type { Answer } from '../../support/send.ts';

/** Everything that the function logged for this answer, read through the admin's API. */
export async function writtenFor(service: Service, functionId: string, answer: Answer): Promise<string> {
  const id = answer.headers['x-appwrite-execution-id'];
  const { endpoint, projectId, apiKey } = service.local;
  const headers = { 'x-appwrite-project': projectId, 'x-appwrite-key': apiKey };
  const response = await fetch(`${endpoint}/functions/${functionId}/executions/${id}`, { headers });
  const { logs, errors } = (await response.json()) as { logs: string; errors: string };
  return `${logs}${errors}`.trim();
}
