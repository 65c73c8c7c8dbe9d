import { type Deps, openDeps, type Service } from '#shared/compose.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { authenticate } from './authenticate.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { logRequest } from './log.ts';
import { asRefusal, problemReply } from './problem.ts';
import type { Reply, Route } from './route.ts';
import { findRoute, methodsOf } from './router.ts';
import { type Incoming, type Outgoing, type RuntimeContext, readRequest, requestId } from './runtime.ts';

const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function replyToOutgoing(reply: Reply): Outgoing {
  const body = reply.body === undefined ? '' : JSON.stringify(reply.body);
  const type: Record<string, string> = body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' };
  return { status: reply.status, headers: { ...type, ...reply.headers }, body };
}

/** Authentication, then the role, then validation, then whatever the endpoint looks up: the first to refuse answers. */
async function answer(incoming: Incoming, route: Route, deps: Deps): Promise<Reply> {
  const caller = await authenticate(incoming, route, deps);
  const parsed = await route.parse(incoming).then(
    (run) => ({ run, refusal: undefined }),
    (refusal: unknown) => ({ run: undefined, refusal }),
  );
  if (parsed.run && !route.roles) return parsed.run({ caller, deps });
  const viewer = await caller.viewer();
  if (route.roles && !(viewer && route.roles.includes(viewer.role))) {
    throw new Refusal('forbidden', `Only ${route.roles.join(' and ')} may do this.`);
  }
  if (!parsed.run) throw parsed.refusal;
  return parsed.run({ caller, deps });
}

function refuseOtherTriggers(incoming: Incoming): void {
  if (incoming.trigger !== 'http') throw new Refusal('forbidden', 'This function answers HTTP requests only.');
}

async function respond(incoming: Incoming, routes: readonly Route[], deps: Deps): Promise<Outgoing> {
  refuseOtherTriggers(incoming);
  if (incoming.method === 'OPTIONS') {
    const methods = methodsOf(routes, incoming.path);
    return { status: 204, headers: { allow: methods.join(', '), ...preflightHeaders(methods) }, body: '' };
  }
  return replyToOutgoing(await answer(incoming, findRoute(routes, incoming), deps));
}

/** The default export of an API function: reads the request, routes it, answers always with a body it built itself. */
export function createHandler(routes: readonly Route[], service: () => Service) {
  return async (context: RuntimeContext): Promise<unknown> => {
    const started = performance.now();
    const id = requestId(context.req.headers);
    let deps: Deps | undefined;
    let failure: Refusal | undefined;
    let origin: Record<string, string> | undefined;
    let outgoing: Outgoing;
    try {
      const incoming = readRequest(context, id);
      deps = openDeps(service(), incoming);
      origin = corsHeaders(incoming.headers.origin, deps.config.corsOrigins);
      outgoing = await respond(incoming, routes, deps);
    } catch (error) {
      failure = asRefusal(error);
      outgoing = problemReply(failure, id);
    }
    logRequest(context, {
      id,
      outgoing,
      failure,
      ms: performance.now() - started,
      deps,
      foreignOrigin: origin === undefined,
    });
    const headers = { ...ALWAYS, 'x-request-id': id, ...origin, ...outgoing.headers };
    return context.res.send(outgoing.body, outgoing.status, headers);
  };
}
