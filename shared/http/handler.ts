import { type Deps, openDeps, type Service } from '#shared/compose.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { authenticate } from './authenticate.ts';
import { preflightHeaders } from './cors.ts';
import type { Reply, Route } from './route.ts';
import { findRoute, methodsOf } from './router.ts';
import type { Incoming, Outgoing } from './runtime.ts';
import { serve, type Trace } from './serve.ts';

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

async function respond(incoming: Incoming, routes: readonly Route[], trace: Trace & { deps: Deps }): Promise<Outgoing> {
  refuseOtherTriggers(incoming);
  if (incoming.method === 'OPTIONS') {
    const methods = await methodsOf(routes, incoming.path);
    trace.route = `OPTIONS ${incoming.path}`;
    return { status: 204, headers: { allow: methods.join(', '), ...preflightHeaders(methods) }, body: '' };
  }
  const route = await findRoute(routes, incoming);
  trace.route = `${route.method} ${route.path}`;
  return replyToOutgoing(await answer(incoming, route, trace.deps));
}

/** The default export of an API function: opens the way to Appwrite, routes the request and answers it. */
export function createHandler(routes: readonly Route[], service: () => Service) {
  return serve((incoming, trace) => {
    const deps = openDeps(service(), incoming);
    return respond(incoming, routes, Object.assign(trace, { deps, corsOrigins: deps.config.corsOrigins }));
  });
}
