import { listByRole } from '#shared/appwrite/accounts.ts';
import type { Random } from '#tests/support/seeded-random.ts';
import { assertHolds, type Figures } from './check.ts';
import { type AttackTarget, freshName, PASSWORD } from './target.ts';

/** Sends any requests of people without a role, in any order; none of them may make anybody staff or admin. */
export async function escalate(
  target: AttackTarget,
  size: { sequences: number; requests: number },
  random: Random,
): Promise<Figures> {
  const { store } = target.connection;
  const before = (await listByRole(store, ['admin', 'staff'], 1_000)).length;
  for (let sequence = 0; sequence < size.sequences; sequence += 1) {
    const names = [freshName(), freshName()] as const;
    const tokens = [await target.token(names[0]), await target.token(names[1])] as const;
    for (let turn = 0; turn < size.requests; turn += 1) {
      const headers = { TOKEN: random.pick(tokens), USERNAME: random.pick([...names, 'admin']) };
      const fields = { role: 'admin', username: random.pick(names), password: PASSWORD, name: 'Me', epoch: 'x' };
      const json = Object.fromEntries(Object.entries(fields).filter(() => random.below(3) > 0));
      const [method, path] = random.pick([
        ['PUT', '/user/role'],
        ['PUT', '/user'],
        ['POST', '/user'],
        ['DELETE', '/user'],
        ['GET', '/user?role=admin'],
        ['POST', '/login'],
      ]);
      const platform = { 'x-appwrite-user-id': 'admin', 'x-appwrite-user-jwt': 'x.y.z' };
      const { status } = await target.send(method, path, { headers: { ...headers, ...platform }, json });
      assertHolds(status < 500, `${method} ${path} was answered ${status}`);
    }
  }
  const after = (await listByRole(store, ['admin', 'staff'], 1_000)).length;
  assertHolds(after <= before, `${after - before} people have gained a role`);
  return { ...size, escalated: 0 };
}
