import { routes as auth } from '#functions/auth/routes.ts';
import { routes as complaints } from '#functions/complaints/routes.ts';
import { pages } from '#functions/docs/routes.ts';
import { routes as users } from '#functions/users/routes.ts';
import type { Route } from '#shared/http/route.ts';
import { API, type Layout } from './layout.ts';

/** The groups of endpoints with their routes; in the layout groups each is a function. */
export const ROUTES: Readonly<Record<string, readonly Route[]>> = { auth, users, complaints };

/** The function of each path in the layout groups, pages included. */
export function servedPaths(): Record<string, string> {
  const api = Object.entries(ROUTES).flatMap(([id, routes]) => routes.map(({ path }) => [path, id] as const));
  return Object.fromEntries([...api, ...pages.map(({ path }) => [path, 'docs'] as const)]);
}

/** The function of a path. Unknown paths go to the pages, which explain them. */
export function functionFor(layout: Layout, path: string): string {
  return layout === 'compact' ? API : (servedPaths()[path] ?? 'docs');
}

/** The function of each path prefix where all functions share one origin. */
export function originPaths(layout: Layout = 'groups'): Record<string, string> {
  if (layout === 'compact') return { '/': API };
  return { ...servedPaths(), '/': 'docs' };
}
