import * as z from 'zod/mini';
import type { Service } from './harness.ts';
import type { Answer } from './send.ts';

/** The line a function logs for each request, as far as tests read it. */
const RequestLine = z.object({ request: z.string(), status: z.number(), calls: z.number(), depth: z.number() });
export type RequestLine = z.infer<typeof RequestLine>;

const Execution = z.object({ logs: z.string(), errors: z.string() });

/** What the function of this answer logged, read as an admin reads it: from the execution in Appwrite. */
export async function logOf(service: Service, functionId: string, answer: Answer): Promise<RequestLine> {
  const owner = service.functionId(functionId);
  const id = answer.headers['x-appwrite-execution-id'];
  const { endpoint, projectId, apiKey } = service.local;
  const response = await fetch(`${endpoint}/functions/${owner}/executions/${id}`, {
    headers: { 'x-appwrite-project': projectId, 'x-appwrite-key': apiKey },
  });
  const { logs, errors } = z.parse(Execution, await response.json());
  return z.parse(RequestLine, JSON.parse(logs.trim() || errors.trim()));
}
