import { describe, expect, it } from 'vitest';
import { ROUTES } from '#scripts/project/routes.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { findRoute, methodsOf, unknownPath } from '#shared/http/router.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'get'];

/** The path itself, and seven spellings that are not it. */
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

async function outcome(found: Promise<unknown>): Promise<unknown> {
  return found.catch((error: unknown) => error);
}

describe('the matrix of paths, methods and spellings', () => {
  it('answers exactly the routes there are, 405 with Allow for other methods, 404 for other spellings', async () => {
    for (const { routes, path, method, spelled } of cells) {
      const found = await outcome(findRoute(routes, { method, path: spelled }));
      const route = routes.find((one) => one.path === path && one.method === method);
      if (spelled === path && route) {
        expect(found).toBe(route);
        continue;
      }
      const allow = [...routes.filter((one) => one.path === path).map((one) => one.method), 'OPTIONS'].join(', ');
      const expected =
        spelled === path ? { code: 'method_not_allowed', headers: { allow } } : { code: 'route_not_found' };
      expect(found, `${method} ${spelled}`).toBeInstanceOf(Refusal);
      expect(found, `${method} ${spelled}`).toMatchObject(expected);
    }
    expect(cells.length).toBeGreaterThan(500);
  });

  it('lists the methods of a path, OPTIONS last', async () => {
    expect(await methodsOf(ROUTES.users ?? [], '/user')).toEqual(['POST', 'GET', 'PUT', 'DELETE', 'OPTIONS']);
  });

  it('says in words what a path answers', async () => {
    const refused = await outcome(findRoute(ROUTES.auth ?? [], { method: 'GET', path: '/login' }));
    expect(refused).toMatchObject({ message: 'This path answers POST, OPTIONS.' });
  });
});

describe('the path that was probably meant', () => {
  const known = ['/complain', '/complain/categories', '/complain/stats', '/complain/delete', '/user', '/user/role'];

  it.each([
    ['/complaint', '/complain'],
    ['/Complain', '/complain'],
    ['/complain/', '/complain'],
    ['/complian', '/complain'],
    ['/complain/catagories', '/complain/categories'],
    ['/complain/stat', '/complain/stats'],
    ['/users', '/user'],
    ['/user/roles', '/user/role'],
  ])('of %s is %s', async (path, meant) => {
    expect(await unknownPath(path, known)).toMatchObject({
      code: 'route_not_found',
      message: `There is nothing at this path. Did you mean ${meant}?`,
    });
  });

  it.each(['/', '/favicon.ico', '/wp-admin/setup.php', `/${'complain'.repeat(500)}`, '/<script>alert(1)</script>'])(
    'of %s is none, and it is not repeated',
    async (path) => {
      expect(await unknownPath(path, known)).toMatchObject({ message: 'There is nothing at this path.' });
    },
  );
});
