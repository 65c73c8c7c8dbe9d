import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { assertHolds, type Figures, tally } from './check.ts';
import type { Reply, Request } from './in-process.ts';
import { type AttackTarget, freshName, PASSWORD } from './target.ts';

/** The most memory that a function's process has had, in MB; 0 where the system does not tell. */
function peakMemory(functionId: string): number {
  try {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const mine = all.filter((pid) => {
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      if (Number(parent) !== process.pid) return false;
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`APPWRITE_FUNCTION_ID=${functionId}\0`);
    });
    const peaks = mine.map((pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]));
    return Math.round(Math.max(0, ...peaks) / 1024);
  } catch {
    return 0;
  }
}

const rounded = (ms: number) => Math.round(ms * 10) / 10;

/** Milliseconds of requests one after the other until `until` is done. */
async function timesUntil(until: Promise<unknown>, ask: () => Promise<Reply>): Promise<number[]> {
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    const started = performance.now();
    const { status } = await ask();
    times.push(performance.now() - started);
    assertHolds(status === 200, `a read was answered ${status}`);
  }
  return times.sort((a, b) => a - b);
}

/** A JSON object with so many unknown keys, about 10 bytes each. */
function manyKeys(count: number): string {
  return `{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join(',')}}`;
}

type Bodies = { requests: number; keys: number; atOnce: number };

/**
 * S1: large hostile bodies to POST /complain with a token that is logged out, and to POST /login, while somebody reads.
 * The functions run with 256 MB of heap; a process that ends answers its requests with 5xx.
 */
export async function sendHostileBodies(target: AttackTarget, { requests, keys, atOnce }: Bodies): Promise<Figures> {
  const name = freshName();
  const token = await target.token(name);
  await target.send('POST', '/logout', { headers: { TOKEN: token } });
  const large = manyKeys(keys);
  const small = manyKeys(6_000);
  const read = () => target.viaBundles('GET', '/complain');
  await read();
  const filing: Request = { headers: { TOKEN: token, USERNAME: name }, json: large };
  const statuses: { status: number }[] = [];
  let sent = 0;
  const sender = async () => {
    while (sent < requests) {
      sent += 1;
      const login = sent % 5 === 0;
      const asked = target.viaBundles('POST', login ? '/login' : '/complain', login ? { json: small } : filing);
      // Refused before it is read to its end, a body ends in a reset for whoever still writes it.
      statuses.push(await asked.catch(() => ({ status: 400 })));
    }
  };
  const times = await timesUntil(Promise.all(Array.from({ length: atOnce }, sender)), read);
  const answered = tally(statuses);
  const fine = Object.keys(answered).every((status) => Number(status) >= 400 && Number(status) < 500);
  assertHolds(fine, `hostile bodies were answered ${JSON.stringify(answered)}`);
  const longest = rounded(times.at(-1) ?? 0);
  const memoryMb = peakMemory('complaints');
  assertHolds(longest < 100, `a read took ${longest} ms`);
  assertHolds(memoryMb < 256, `${memoryMb} MB`);
  return { requests, megabytes: rounded(large.length / 1e6), ...answered, reads: times.length, longest, memoryMb };
}

type Flood = { connections: number; logins: number; attacker(connection: number): string; victim: string };

/** Fills the queue of password hashes with guesses at random names over some connections, while the victim logs in. */
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

/** S2: from one address. */
export function floodFromOneAddress(target: AttackTarget, logins: number): Promise<Figures> {
  return floodLogins(target, { connections: 20, logins, attacker: () => '203.0.113.9', victim: VICTIM });
}

/** S2: every connection from another address of one /64. */
export function floodFromOneNetwork(target: AttackTarget, logins: number): Promise<Figures> {
  const attacker = (connection: number) => `2001:db8:5:6:${connection.toString(16)}::1`;
  return floodLogins(target, { connections: 20, logins, attacker, victim: VICTIM });
}

/** S2: from the victim's own address, as a neighbour behind the same router. */
export function floodFromHome(target: AttackTarget, logins: number): Promise<Figures> {
  return floodLogins(target, { connections: 20, logins, attacker: () => VICTIM, victim: VICTIM });
}

/** S7: whether a wrong password for an account with an older hash is answered as late as for a name that nobody has. */
export async function timeOlderHashes(target: AttackTarget, rounds: number): Promise<Figures> {
  const { store } = target.connection;
  const username = freshName();
  await target.register(username);
  const account = (await store.users.list([])).rows.find((row) => row.username === username);
  assertHolds(account !== undefined, 'no account');
  // bcrypt of something at cost 10, below the cost of the project.
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
