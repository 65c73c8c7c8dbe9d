import { pages } from '#functions/docs/routes.ts';
import { ROUTES } from '#scripts/project/routes.ts';
import type { Route } from '#shared/http/route.ts';

/** A route and its function. Pages of the function docs take no input and need no token. */
export type ServedRoute = Omit<Route, 'parse'> & { functionId: string };

/** Everything clients can call, in the order of the document. */
export function servedRoutes(): ServedRoute[] {
  const api = Object.entries(ROUTES).flatMap(([functionId, routes]) =>
    routes.map((route): ServedRoute => ({ ...route, functionId })),
  );
  const shown = pages.flatMap(({ method, path, id, docs }): ServedRoute[] => {
    if (id === undefined || docs === undefined) return [];
    return [{ functionId: 'docs', method, path, id, docs, access: 'public', query: undefined, body: undefined }];
  });
  return [...api, ...shown];
}
