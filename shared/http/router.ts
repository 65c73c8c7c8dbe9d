import { Refusal } from '#shared/domain/problems.ts';
import { functionOfPath } from './function-of-path.ts';
import type { Incoming } from './runtime.ts';

/** The parts of a route or a page that the router reads. */
type Routed = { method: string; path: string };

/** 404 that names the existing paths; the requested one is not repeated. */
export function unknownPath(known: readonly string[]): Refusal {
  const paths = [...new Set(known)].sort().join(', ');
  return new Refusal('route_not_found', `There is nothing at this path. The paths here are ${paths}.`);
}

/** The origin of each function's own domain, where it is known. */
export type Origins = Readonly<Record<string, string>>;

/**
 * Throws 404 for a path that none of these routes or pages has. The answer names the address of the function that has
 * it, or else the paths in `known`.
 */
export function refuseUnknownPath(routes: readonly Routed[], path: string, { origins, known }: OtherFunctions): void {
  if (routes.some((route) => route.path === path)) return;
  const owner = Object.hasOwn(functionOfPath, path) ? functionOfPath[path] : undefined;
  if (owner === undefined) throw unknownPath(known ?? routes.map((route) => route.path));
  const origin = origins[owner];
  const place = origin === undefined ? ', on its own domain' : `: ${origin}${path}`;
  throw new Refusal('route_not_found', `The function ${owner} answers this path${place}.`);
}

type OtherFunctions = { origins: Origins; known?: readonly string[] };

/** The methods that a path answers, OPTIONS last; throws 404 for a path that has none. */
export function methodsOf(routes: readonly Routed[], path: string): string[] {
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  if (methods.length === 0) throw unknownPath(routes.map((route) => route.path));
  const head = methods.includes('GET') ? ['HEAD'] : [];
  return [...methods, ...head, 'OPTIONS'];
}

/** The route of a request; HEAD is answered by that of GET. Throws 404, or 405 with Allow. Paths match exactly. */
export function findRoute<R extends Routed>(
  routes: readonly R[],
  { method, path }: Pick<Incoming, 'method' | 'path'>,
): R {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = routes.find((route) => route.path === path && route.method === wanted);
  if (found) return found;
  const allow = methodsOf(routes, path).join(', ');
  throw new Refusal('method_not_allowed', `This path answers ${allow}.`, { headers: { allow } });
}
