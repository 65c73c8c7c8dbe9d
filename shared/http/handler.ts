import { type Deps, openDeps, type Service } from '#shared/compose.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { authenticate } from './authenticate.ts';
import { DEFAULT_MAX_BODY_BYTES } from './body.ts';
import { preflightHeaders } from './cors.ts';
import type { Caller, Reply, Route } from './route.ts';
import { findRoute, methodsOf, refuseUnknownPath } from './router.ts';
import type { Incoming, Outgoing } from './runtime.ts';
import { serve, type Trace } from './serve.ts';

function replyToOutgoing(reply: Reply): Outgoing {
  const body = reply.body === undefined ? '' : JSON.stringify(reply.body);
  const type: Record<string, string> = body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' };
  return { status: reply.status, headers: { ...type, ...reply.headers }, body };
}

/** Waits for the account (401) and checks its role (403). */
async function checkAccess(caller: Caller, { roles }: Route): Promise<void> {
  const viewer = await caller.viewer();
  if (roles && !(viewer && roles.includes(viewer.role))) {
    throw new Refusal('forbidden', `Only ${roles.join(' and ')} may do this.`);
  }
}

/**
 * Checks authentication, the role and the input, and then runs the endpoint; the first refusal is the answer. A small
 * body is parsed while the account is being read, a large one only after the account is checked.
 */
async function answer(incoming: Incoming, route: Route, deps: Deps): Promise<Reply> {
  const caller = await authenticate(incoming, route, deps);
  if (route.roles || incoming.body.byteLength > DEFAULT_MAX_BODY_BYTES) await checkAccess(caller, route);
  const run = await route.parse(incoming).catch(async (refusal: unknown) => {
    await checkAccess(caller, route);
    throw refusal;
  });
  return run({ caller, deps });
}

/**
 * Appwrite drops all headers of a request, including its own, when one of them is not UTF-8 (recorded: domains-130).
 * Such a request arrives without a trigger.
 */
function refuseOtherTriggers(incoming: Incoming): void {
  if (incoming.trigger === '') {
    throw new Refusal(
      'malformed_request',
      'The headers of this request could not be read. Send them as ASCII or UTF-8.',
    );
  }
  if (incoming.trigger !== 'http') throw new Refusal('forbidden', 'This function answers HTTP requests only.');
}

async function respond(incoming: Incoming, routes: readonly Route[], trace: Trace & { deps: Deps }): Promise<Outgoing> {
  refuseOtherTriggers(incoming);
  refuseUnknownPath(routes, incoming.path, { origins: trace.deps.config.apiOrigins });
  if (incoming.method === 'OPTIONS') {
    const methods = methodsOf(routes, incoming.path);
    trace.route = `OPTIONS ${incoming.path}`;
    return { status: 204, headers: { allow: methods.join(', '), ...preflightHeaders(methods) }, body: '' };
  }
  const route = findRoute(routes, incoming);
  trace.route = `${route.method} ${route.path}`;
  return replyToOutgoing(await answer(incoming, route, trace.deps));
}

/** The default export of an API function: opens the gateway, routes the request and answers it. */
export function createHandler(routes: readonly Route[], service: () => Service) {
  return serve(async (incoming, trace) => {
    const deps = openDeps(service(), incoming);
    return respond(incoming, routes, Object.assign(trace, { deps, corsOrigins: deps.config.corsOrigins }));
  });
}
