import { depthOf, waitedMs } from '#shared/appwrite/gateway.ts';
import type { Deps } from '#shared/compose.ts';
import type { Refusal } from '#shared/domain/problems.ts';
import type { Outgoing, RuntimeContext } from './runtime.ts';

type Facts = {
  id: string;
  /** The route or event; undefined for an unknown path, which is not logged as it may hold anything. */
  route: string | undefined;
  outgoing: Outgoing;
  failure: Refusal | undefined;
  ms: number;
  deps: Pick<Deps, 'gateway'> | undefined;
  /** The report of a function without clients. */
  report: unknown;
  /** A warning for the operators, although the execution succeeded. */
  alarm: string | undefined;
  foreignOrigin: boolean;
};

/** The cause of a failure in one line. For a 4xx only its name: the message of a parser quotes the body. */
function causeOf(error: unknown, status: number): string | undefined {
  if (error === undefined) return undefined;
  if (!(error instanceof Error)) return typeof error;
  if (status < 500) return error.name;
  return `${error.name}: ${error.message}`.slice(0, 300);
}

const tenths = (ms: number) => Math.round(ms * 10) / 10;

/** One JSON line per request. Never a body, header, token or password. */
export function logRequest({ log, error }: RuntimeContext, facts: Facts): void {
  const { outgoing, failure, deps } = facts;
  const calls = deps?.gateway.calls ?? [];
  const line = JSON.stringify({
    request: facts.id,
    route: facts.route ?? 'unknown',
    status: outgoing.status,
    ms: tenths(facts.ms),
    calls: calls.length,
    depth: depthOf(calls),
    callsMs: tenths(waitedMs(calls)),
    askedTwice: calls.filter((call) => call.attempts > 1).length,
    ...(failure ? { code: failure.code, cause: causeOf(failure.cause, outgoing.status) } : {}),
    ...(facts.report === undefined ? {} : { report: facts.report }),
    ...(facts.alarm === undefined ? {} : { alarm: facts.alarm }),
    ...(facts.foreignOrigin
      ? { hint: 'A browser on a foreign origin asked. To let it in, add its origin to the variable CORS_ORIGINS.' }
      : {}),
  });
  if (outgoing.status >= 500 || facts.alarm !== undefined) error(line);
  else log(line);
}
