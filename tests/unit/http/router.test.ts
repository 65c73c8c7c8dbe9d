import { describe, expect, it } from 'vitest';
import { ROUTES } from '#scripts/project/routes.ts';
import { findRoute, methodsOf, unknownPath } from '#shared/http/router.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'get'];

/** The path itself, and seven spellings that are different paths. */
const spellings = (path: string) => [
  path,
  `/${path}`,
  `${path}/`,
  path.toUpperCase(),
  path.replace('/', '%2f'),
  `${path}%20`,
  `${path}/..`,
  path.slice(1),
];

const cells = Object.entries(ROUTES).flatMap(([functionId, routes]) =>
  [...new Set(routes.map(({ path }) => path))].flatMap((path) =>
    METHODS.flatMap((method) => spellings(path).map((spelled) => ({ functionId, routes, path, method, spelled }))),
  ),
);

function outcome(find: () => unknown): unknown {
  try {
    return find();
  } catch (error) {
    return error;
  }
}

describe('the matrix of paths, methods and spellings', () => {
  it('answers exactly the declared routes, 405 for other methods and 404 for other spellings', () => {
    for (const { routes, path, method, spelled } of cells) {
      const found = outcome(() => findRoute(routes, { method, path: spelled }));
      const wanted = method === 'HEAD' ? 'GET' : method;
      const route = routes.find((one) => one.path === path && one.method === wanted);
      if (spelled === path && route) {
        expect(found).toBe(route);
        continue;
      }
      const code = spelled === path ? 'method_not_allowed' : 'route_not_found';
      expect(found, `${method} ${spelled}`).toMatchObject({ code });
    }
    expect(cells.length).toBeGreaterThan(500);
  });

  it('lists the methods of a path, with HEAD where there is a GET, and OPTIONS last', () => {
    expect(methodsOf(ROUTES.users ?? [], '/user')).toEqual(['POST', 'GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']);
    expect(methodsOf(ROUTES.auth ?? [], '/login')).toEqual(['POST', 'OPTIONS']);
  });

  it('names the allowed methods in words and in Allow', () => {
    const refused = outcome(() => findRoute(ROUTES.auth ?? [], { method: 'GET', path: '/login' }));
    expect(refused).toMatchObject({ message: 'This path answers POST, OPTIONS.', headers: { allow: 'POST, OPTIONS' } });
  });

  it('lists the existing paths for an unknown one, and does not repeat that', () => {
    const message =
      'There is nothing at this path. The paths here are /email/confirm, /email/unsubscribe, /login, /logout, /recovery, /recovery/confirm.';
    expect(unknownPath(['/logout', '/login', '/login'])).toMatchObject({
      code: 'route_not_found',
      message: 'There is nothing at this path. The paths here are /login, /logout.',
    });
    const path = '/<script>alert(1)</script>';
    expect(outcome(() => findRoute(ROUTES.auth ?? [], { method: 'GET', path }))).toMatchObject({ message });
  });
});
