import { randomBytes } from 'node:crypto';
import { assertHolds, type Figures, tally } from './check.ts';
import type { Reply } from './in-process.ts';
import { type AttackTarget, freshName, PASSWORD } from './target.ts';

const rounded = (ms: number) => Math.round(ms * 10) / 10;

type Flood = { connections: number; logins: number; attacker(connection: number): string; victim: string };

/** Guesses passwords of random names over some connections, while the victim logs in. */
async function floodLogins(target: AttackTarget, { connections, logins, attacker, victim }: Flood): Promise<Figures> {
  const username = freshName('v');
  const address = victim;
  const json = { username, password: PASSWORD, name: 'Victim' };
  assertHolds(
    (await target.viaBundles('POST', '/user', { json, address })).status === 201,
    'the victim cannot register',
  );
  let isOver = false;
  const guesses: Reply[] = [];
  const guesser = async (connection: number) => {
    while (!isOver) {
      const guess = { username: freshName(), password: randomBytes(9).toString('base64') };
      guesses.push(await target.viaBundles('POST', '/login', { json: guess, address: attacker(connection) }));
    }
  };
  const flood = Promise.all(Array.from({ length: connections }, (_, connection) => guesser(connection)));
  const times: number[] = [];
  const answers: Reply[] = [];
  for (let login = 0; login < logins; login += 1) {
    const started = performance.now();
    answers.push(await target.viaBundles('POST', '/login', { json: { username, password: PASSWORD }, address }));
    times.push(performance.now() - started);
  }
  isOver = true;
  await flood;
  const letIn = answers.filter(({ status }) => status === 200).length;
  assertHolds(letIn === logins, `the victim was let in ${letIn} of ${logins} times: ${JSON.stringify(tally(answers))}`);
  const statuses = tally(guesses);
  assertHolds((statuses[401] ?? 0) <= 60, `${statuses[401]} comparisons for the flood`);
  assertHolds((statuses[429] ?? 0) > 0, `the flood was never told 429: ${JSON.stringify(statuses)}`);
  times.sort((a, b) => a - b);
  return {
    victimLetIn: letIn,
    victimMedian: rounded(times[Math.floor(times.length / 2)] ?? 0),
    victimLongest: rounded(times.at(-1) ?? 0),
    guesses: guesses.length,
    ...statuses,
  };
}

const VICTIM = '198.51.100.7';

/** S2: a flood from one address. */
export function floodFromOneAddress(target: AttackTarget, logins: number): Promise<Figures> {
  return floodLogins(target, { connections: 20, logins, attacker: () => '203.0.113.9', victim: VICTIM });
}

/** S2: a flood from one /64, with another address for each connection. */
export function floodFromOneNetwork(target: AttackTarget, logins: number): Promise<Figures> {
  const attacker = (connection: number) => `2001:db8:5:6:${connection.toString(16)}::1`;
  return floodLogins(target, { connections: 20, logins, attacker, victim: VICTIM });
}

/** S2: a flood from the victim's own address, as by a neighbour behind the same router. */
export function floodFromHome(target: AttackTarget, logins: number): Promise<Figures> {
  return floodLogins(target, { connections: 20, logins, attacker: () => VICTIM, victim: VICTIM });
}

/** S7: whether a wrong password takes as long for an account with an older hash as for an unknown name. */
export async function timeOlderHashes(target: AttackTarget, rounds: number): Promise<Figures> {
  const { store } = target.connection;
  const username = freshName();
  await target.register(username);
  const account = (await store.users.list([])).rows.find((row) => row.username === username);
  assertHolds(account !== undefined, 'no account');
  // A bcrypt hash of cost 10, below the cost of the project.
  const passwordHash = '$2b$10$RaAobxg7GGVXVloTAF93NOxjj2AJ6od4sm1s/s.Vwwp8ac9YCBlxG';
  await store.users.replace(account, { passwordHash });
  const times = { older: [] as number[], unknown: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [kind, name] of [
      ['older', username],
      ['unknown', freshName()],
    ] as const) {
      const address = `203.0.${round}.${kind.length}`;
      const started = performance.now();
      await target.viaBundles('POST', '/login', { json: { username: name, password: 'wrong-guess' }, address });
      times[kind].push(performance.now() - started);
    }
  }
  const least = (list: number[]) => rounded(Math.min(...list));
  const [older, unknown] = [least(times.older), least(times.unknown)];
  assertHolds(older > unknown * 0.8 && older < unknown * 1.25, `older hashes ${older} ms, unknown names ${unknown} ms`);
  return { rounds, olderMs: older, unknownMs: unknown };
}
