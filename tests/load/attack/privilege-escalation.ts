import { listByRole } from '#shared/appwrite/accounts.ts';
import { type Figures, mustHold } from './check.ts';
import { type Arena, freshName, PASSWORD } from './target.ts';
import type { Dice } from './token-sequences.ts';

const pick = <T>(dice: Dice, choices: readonly [T, ...T[]]): T => choices[dice.below(choices.length)] ?? choices[0];

/** Whatever people without a role send, in any order, nobody becomes staff or admin by it. */
export async function climb(arena: Arena, size: { sequences: number; requests: number }, dice: Dice): Promise<Figures> {
  const { store } = arena.connection;
  const before = (await listByRole(store, ['admin', 'staff'], 1_000)).length;
  for (let sequence = 0; sequence < size.sequences; sequence += 1) {
    const names = [freshName(), freshName()] as const;
    const tokens = [await arena.token(names[0]), await arena.token(names[1])] as const;
    for (let turn = 0; turn < size.requests; turn += 1) {
      const headers = { TOKEN: pick(dice, tokens), USERNAME: pick(dice, [...names, 'admin']) };
      const powers = { role: 'admin', username: pick(dice, names), password: PASSWORD, name: 'Me', epoch: 'x' };
      const json = Object.fromEntries(Object.entries(powers).filter(() => dice.below(3) > 0));
      const [method, path] = pick(dice, [
        ['PUT', '/user/role'],
        ['PUT', '/user'],
        ['POST', '/user'],
        ['DELETE', '/user'],
        ['GET', '/user?role=admin'],
        ['POST', '/login'],
      ]);
      const platform = { 'x-appwrite-user-id': 'admin', 'x-appwrite-user-jwt': 'x.y.z' };
      const { status } = await arena.send(method, path, { headers: { ...headers, ...platform }, json });
      mustHold(status < 500, `${method} ${path} was answered ${status}`);
    }
  }
  const after = (await listByRole(store, ['admin', 'staff'], 1_000)).length;
  mustHold(after <= before, `${after - before} people have climbed`);
  return { ...size, climbed: 0 };
}
