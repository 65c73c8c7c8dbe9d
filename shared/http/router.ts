import { Refusal } from '#shared/domain/problems.ts';
import { nearPath } from './near-path.ts';
import type { Incoming } from './runtime.ts';

/** What the router needs of a route or a page. */
type Routed = { method: string; path: string };

/** 404 that names the path that was probably meant; the requested one is never repeated. */
export async function unknownPath(path: string, known: readonly string[]): Promise<Refusal> {
  const near = await nearPath(path, [...new Set(known)].sort());
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new Refusal('route_not_found', `There is nothing at this path.${hint}`);
}

/** The methods a path answers, OPTIONS included; throws 404 for a path that has none. */
export async function methodsOf(routes: readonly Routed[], path: string): Promise<string[]> {
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  if (methods.length > 0) return [...methods, 'OPTIONS'];
  throw await unknownPath(
    path,
    routes.map((route) => route.path),
  );
}

/** The route of a request; throws 404 or 405 with Allow. Paths match exactly. */
export async function findRoute<R extends Routed>(
  routes: readonly R[],
  { method, path }: Pick<Incoming, 'method' | 'path'>,
): Promise<R> {
  const found = routes.find((route) => route.path === path && route.method === method);
  if (found) return found;
  const allow = (await methodsOf(routes, path)).join(', ');
  throw new Refusal('method_not_allowed', `This path answers ${allow}.`, { headers: { allow } });
}
