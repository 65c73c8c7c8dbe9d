import { type Arena, freshName, PASSWORD } from './arena.ts';
import { type Figures, mustHold, tally } from './check.ts';

/** How long reads of the very function that hashes take, one after the other, until `until` is done; in milliseconds. */
async function readsUntil(arena: Arena, until: Promise<unknown>): Promise<number[]> {
  let over = false;
  void until.finally(() => {
    over = true;
  });
  const waits: number[] = [];
  while (!over) {
    const started = performance.now();
    const { status } = await arena.elsewhere('GET', '/login');
    waits.push(performance.now() - started);
    mustHold(status === 405, `a read was answered ${status}`);
  }
  return waits.sort((a, b) => a - b);
}

/** Ten people log in at once, with bcrypt, in the function's own process: what that costs whoever reads meanwhile. */
export async function readDuringLogins(arena: Arena, rounds: number): Promise<Figures> {
  const json = { username: freshName(), password: PASSWORD, name: 'Somebody' };
  await arena.elsewhere('POST', '/user', { json });
  const login = () => arena.elsewhere('POST', '/login', { json: { username: json.username, password: PASSWORD } });
  await login();
  const calm = await readsUntil(arena, new Promise((resolve) => setTimeout(resolve, 500)));
  const waits: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const logins = Promise.all(Array.from({ length: 10 }, login));
    waits.push(...(await readsUntil(arena, logins)));
    const statuses = tally(await logins);
    mustHold(statuses[200] === 10, `logins were answered ${JSON.stringify(statuses)}`);
  }
  waits.sort((a, b) => a - b);
  const at = (sorted: number[], share: number) =>
    Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 10) / 10;
  return {
    logins: rounds * 10,
    reads: waits.length,
    calmMedian: at(calm, 0.5),
    median: at(waits, 0.5),
    p99: at(waits, 0.99),
    most: at(waits, 1),
  };
}
