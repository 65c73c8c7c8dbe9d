import { retryLater } from '#shared/domain/problems.ts';
import { preflightHeaders } from './cors.ts';
import { findRoute, methodsOf, type Origins, refuseUnknownPath } from './router.ts';
import type { Incoming, Outgoing } from './runtime.ts';
import { serve, type Trace } from './serve.ts';

export type Page = { method: 'GET'; path: string; body: string; headers: Record<string, string> };

/** Fixed pages. `known`: the paths that a 404 names. */
export type Site = {
  pages: readonly Page[];
  known: readonly string[];
  corsOrigins: readonly string[];
  /** The origin of each function's own domain, where it is known. */
  apiOrigins: Origins;
};

function show(site: Site, incoming: Incoming, trace: Trace): Outgoing {
  refuseUnknownPath(site.pages, incoming.path, { origins: site.apiOrigins, known: site.known });
  trace.route = `${incoming.method === 'OPTIONS' ? 'OPTIONS' : 'GET'} ${incoming.path}`;
  if (incoming.method === 'OPTIONS') {
    const methods = methodsOf(site.pages, incoming.path);
    return { status: 204, headers: { allow: methods.join(', '), ...preflightHeaders(methods) }, body: '' };
  }
  const { body, headers } = findRoute(site.pages, incoming);
  const known = incoming.headers['if-none-match']?.replaceAll('W/', '').split(/\s*,\s*/) ?? [];
  if (headers.etag !== undefined && known.includes(headers.etag)) return { status: 304, headers, body: '' };
  return { status: 200, headers, body };
}

/** The default export of a function that serves fixed pages. The site is built at the first request. */
export function createPages(makeSite: () => Site) {
  let site: Site | undefined;
  return serve(async (incoming, trace) => {
    site ??= buildOrRefuse(makeSite);
    trace.corsOrigins = site.corsOrigins;
    return show(site, incoming, trace);
  });
}

function buildOrRefuse(makeSite: () => Site): Site {
  try {
    return makeSite();
  } catch (cause) {
    const detail = 'The page is not configured. Its log names the setting.';
    throw retryLater('misconfigured', detail, { seconds: 60, cause });
  }
}
