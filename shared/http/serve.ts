import type { Deps } from '#shared/compose.ts';
import { systemClock } from '#shared/domain/clock.ts';
import type { Refusal } from '#shared/domain/problems.ts';
import { type Cors, corsOf } from './cors.ts';
import { logRequest } from './log.ts';
import { asRefusal, problemReply } from './problem.ts';
import { type Incoming, type Outgoing, type RuntimeContext, readRequest, requestId } from './runtime.ts';

/** Details that the handler fills in for the log and for CORS; refusals use them too. */
export type Trace = {
  route?: string;
  deps?: Pick<Deps, 'gateway'>;
  corsOrigins?: readonly string[];
  report?: unknown;
  alarm?: string;
};

const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Wraps a handler for the runtime: anything thrown becomes a problem, and each request is logged in one line. */
export function serve(answer: (incoming: Incoming, trace: Trace) => Promise<Outgoing>) {
  return async (context: RuntimeContext): Promise<unknown> => {
    const started = systemClock.elapsed();
    const id = requestId(context.req.headers);
    const trace: Trace = {};
    let failure: Refusal | undefined;
    let outgoing: Outgoing;
    try {
      outgoing = await answer(readRequest(context, id), trace);
    } catch (error) {
      failure = asRefusal(error);
      outgoing = problemReply(failure, id);
    }
    const cors = corsFor(context, trace);
    const ms = systemClock.elapsed() - started;
    const { route, deps, report, alarm } = trace;
    logRequest(context, { id, route, outgoing, failure, ms, deps, report, alarm, foreignOrigin: cors.foreign });
    const headers = { ...ALWAYS, 'x-request-id': id, ...cors.headers, ...outgoing.headers };
    return context.res.send(outgoing.body, outgoing.status, headers);
  };
}

function corsFor({ req }: RuntimeContext, { corsOrigins }: Trace): Cors {
  return corsOrigins ? corsOf(req.headers.origin, corsOrigins) : { headers: {}, foreign: false };
}
