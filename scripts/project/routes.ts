import { routes as auth } from '#functions/auth/routes.ts';
import { routes as complaints } from '#functions/complaints/routes.ts';
import { routes as users } from '#functions/users/routes.ts';
import type { Route } from '#shared/http/route.ts';

/** Every function that clients call, with the routes it answers. */
export const ROUTES: Readonly<Record<string, readonly Route[]>> = { auth, users, complaints };

/** Which function answers which path, where all of them share one origin; what nobody answers is for the docs to explain. */
export function originPaths(): Record<string, string> {
  const pairs = Object.entries(ROUTES).flatMap(([id, routes]) => routes.map((route) => [route.path, id] as const));
  return Object.fromEntries([...pairs, ['/', 'docs']]);
}
