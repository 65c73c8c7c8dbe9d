import { routes as auth } from '#functions/auth/routes.ts';
import { routes as complaints } from '#functions/complaints/routes.ts';
import { pages } from '#functions/docs/routes.ts';
import { routes as users } from '#functions/users/routes.ts';
import type { Route } from '#shared/http/route.ts';
import { API, type Layout } from './layout.ts';

/** Every group of endpoints with its routes; in the layout groups each is a function. */
export const ROUTES: Readonly<Record<string, readonly Route[]>> = { auth, users, complaints };

/** The function that answers each path in the layout groups, pages included. */
export function servedPaths(): Record<string, string> {
  const api = Object.entries(ROUTES).flatMap(([id, routes]) => routes.map(({ path }) => [path, id] as const));
  return Object.fromEntries([...api, ...pages.map(({ path }) => [path, 'docs'] as const)]);
}

/** The function that answers a path; what nobody answers is for the pages to explain. */
export function functionFor(layout: Layout, path: string): string {
  return layout === 'compact' ? API : (servedPaths()[path] ?? 'docs');
}

/** Which function answers which path prefix, where all of them share one origin. */
export function originPaths(layout: Layout = 'groups'): Record<string, string> {
  if (layout === 'compact') return { '/': API };
  return { ...servedPaths(), '/': 'docs' };
}
