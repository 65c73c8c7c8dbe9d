import * as z from 'zod/mini';
import { linesOfExecution } from './executions.ts';
import type { Service } from './harness.ts';
import type { Answer } from './send.ts';

/** The line that a function logs for each request, with the fields that tests use. */
const RequestLine = z.object({ request: z.string(), status: z.number(), calls: z.number(), depth: z.number() });
export type RequestLine = z.infer<typeof RequestLine>;

/** The line that the function logged for this answer; throws unless there is exactly one. */
export async function logOf(service: Service, functionId: string, answer: Answer): Promise<RequestLine> {
  const id = answer.headers['x-appwrite-execution-id'] ?? '';
  const lines = await linesOfExecution(service, functionId, id);
  if (lines.length !== 1) throw new Error(`execution ${id} has logged ${lines.length} lines`);
  return z.parse(RequestLine, lines[0]);
}
