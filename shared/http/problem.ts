import { PROBLEMS, type ProblemCode, Refusal } from '#shared/domain/problems.ts';
import type { Outgoing } from './runtime.ts';

/** The answer to a refusal: RFC 9457 problem details, without its cause. */
export function problemReply(refusal: Refusal, requestId: string): Outgoing {
  const { status, title } = PROBLEMS[refusal.code];
  const authenticate: Record<string, string> = status === 401 ? { 'www-authenticate': 'TOKEN realm="complaints"' } : {};
  const body = {
    type: `urn:problem:complaints:${refusal.code}`,
    title,
    status,
    detail: refusal.message,
    instance: `urn:request:${requestId}`,
    code: refusal.code satisfies ProblemCode,
    errors: refusal.errors,
    ...(refusal.allowed ? { allowed: refusal.allowed } : {}),
  };
  return {
    status,
    headers: { ...authenticate, ...refusal.headers, 'content-type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

/** Returns a thrown Refusal as it is. Anything else becomes a 500 without details. */
export function asRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  return new Refusal('internal_error', 'Something went wrong on our side. The request id helps us find it.', {
    cause: thrown,
  });
}
