import { assertHolds, type Figures, tally } from './check.ts';
import { type AttackTarget, freshName, PASSWORD } from './target.ts';

/** A request that only reads, and the status of its answer. */
export type Read = { path: string; status: number };

/** Reads one after the other until `until` ends; resolves to the times in milliseconds, shortest first. */
export async function readsUntil(target: AttackTarget, until: Promise<unknown>, read: Read): Promise<number[]> {
  let over = false;
  void until.finally(() => {
    over = true;
  });
  const waits: number[] = [];
  while (!over) {
    const started = performance.now();
    const { status } = await target.viaBundles('GET', read.path);
    waits.push(performance.now() - started);
    assertHolds(status === read.status, `a read was answered ${status}`);
  }
  return waits.sort((a, b) => a - b);
}

/** The quantile of the sorted values, rounded to a tenth. */
const roundedQuantile = (sorted: number[], share: number) =>
  Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 10) / 10;

/** A request to the function that hashes passwords which itself needs no hash. */
const NO_SUCH_METHOD: Read = { path: '/login', status: 405 };

/** Times reads of a function while ten people log in to it with bcrypt. */
export async function readDuringLogins(target: AttackTarget, rounds: number): Promise<Figures> {
  const json = { username: freshName(), password: PASSWORD, name: 'Somebody' };
  await target.viaBundles('POST', '/user', { json });
  const login = () => target.viaBundles('POST', '/login', { json: { username: json.username, password: PASSWORD } });
  await login();
  const idle = await readsUntil(target, new Promise((resolve) => setTimeout(resolve, 500)), NO_SUCH_METHOD);
  const waits: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const logins = Promise.all(Array.from({ length: 10 }, login));
    waits.push(...(await readsUntil(target, logins, NO_SUCH_METHOD)));
    const statuses = tally(await logins);
    assertHolds(statuses[200] === 10, `logins were answered ${JSON.stringify(statuses)}`);
  }
  waits.sort((a, b) => a - b);
  return {
    logins: rounds * 10,
    reads: waits.length,
    idleMedian: roundedQuantile(idle, 0.5),
    median: roundedQuantile(waits, 0.5),
    p99: roundedQuantile(waits, 0.99),
    most: roundedQuantile(waits, 1),
  };
}
