import { Refusal } from '#shared/domain/problems.ts';
import type { Route } from './route.ts';
import type { Incoming } from './runtime.ts';

function unknownPath(): Refusal {
  return new Refusal('route_not_found', 'There is nothing at this path.');
}

/** The methods a path answers, OPTIONS included; throws 404 for a path that has none. */
export function methodsOf(routes: readonly Route[], path: string): string[] {
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  if (methods.length === 0) throw unknownPath();
  return [...methods, 'OPTIONS'];
}

/** The route of a request; throws 404 or 405 with Allow. Paths match exactly. */
export function findRoute(routes: readonly Route[], { method, path }: Pick<Incoming, 'method' | 'path'>): Route {
  const found = routes.find((route) => route.path === path && route.method === method);
  if (found) return found;
  const allow = methodsOf(routes, path).join(', ');
  throw new Refusal('method_not_allowed', `This path answers ${allow}.`, { headers: { allow } });
}
