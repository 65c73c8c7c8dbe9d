import { findByUsername, listByRole } from '#shared/appwrite/accounts.ts';
import { assertHolds, type Figures, tally } from './check.ts';
import { attackerAddress } from './guesses.ts';
import type { Send } from './in-process.ts';
import { type AttackTarget, freshName, PASSWORD } from './target.ts';

function spelling(name: string, index: number): string {
  return [...name].map((letter, at) => ((index >> (at % 6)) & 1 ? letter.toUpperCase() : letter)).join('');
}

/**
 * Many clients register one name in any spelling at the same moment, in two processes. One succeeds; the others are
 * told that the name is taken or, on a busy machine, that the service is.
 */
export async function raceRegistrations(
  target: AttackTarget,
  size: { rounds: number; racers: number },
): Promise<Figures> {
  let busy = 0;
  for (let round = 0; round < size.rounds; round += 1) {
    const name = freshName();
    const racers = Array.from({ length: size.racers }, (_, index) => {
      const json = { username: spelling(name, index), password: PASSWORD, name: 'Somebody' };
      return (index % 2 ? target.send : target.viaBundles)('POST', '/user', { json });
    });
    const statuses = tally(await Promise.all(racers));
    const refused = (statuses[409] ?? 0) + (statuses[503] ?? 0);
    assertHolds(statuses[201] === 1 && refused === size.racers - 1, `registrations ${JSON.stringify(statuses)}`);
    busy += statuses[503] ?? 0;
    const account = await findByUsername(target.connection.store, name);
    assertHolds(account !== undefined, 'the winner has no account');
  }
  return { ...size, winners: size.rounds, busy };
}

/** Wrong passwords at the same moment cost as many comparisons as one after the other. */
export async function raceGuesses(target: AttackTarget, size: { rounds: number; racers: number }): Promise<Figures> {
  let most = 0;
  for (let round = 0; round < size.rounds; round += 1) {
    const name = freshName();
    const address = attackerAddress(round);
    if (round % 2 === 0) await target.register(name);
    const before = target.hashes();
    const guesses = Array.from({ length: size.racers }, (_, index) =>
      target.login(name, `wrong-guess-${index}`, address),
    );
    const statuses = tally(await Promise.all(guesses));
    const made = target.hashes() - before;
    assertHolds(made === 10 && statuses[401] === 10, `${made} comparisons, ${JSON.stringify(statuses)}`);
    most = Math.max(most, made);
  }
  return { ...size, comparisonsPerRound: most };
}

type Admin = { username: string; token: string };
type Move = (send: Send, actor: Admin, target: Admin) => Promise<{ status: number }>;

const headersOf = ({ token, username }: Admin) => ({ TOKEN: token, USERNAME: username });
const demote: Move = (send, actor, { username }) =>
  send('PUT', '/user/role', { headers: headersOf(actor), json: { username, role: 'user' } });
const erase: Move = (send, actor, { username }) =>
  send('DELETE', '/user', { headers: headersOf(actor), json: { username } });
const leave: Move = (send, actor) =>
  send('DELETE', '/user', { headers: headersOf(actor), json: { password: PASSWORD } });

const MOVES: readonly (readonly [Move, Move])[] = [
  [demote, demote],
  [demote, erase],
  [erase, erase],
  [leave, erase],
  [leave, demote],
];

async function newAdmin(target: AttackTarget): Promise<Admin> {
  const username = freshName('b');
  const token = await target.token(username);
  await target.giveRole(username, 'admin');
  return { username, token };
}

/** Two admins demote or erase each other at the same moment, in two processes; one admin must be left. */
export async function raceAdmins(target: AttackTarget, rounds: number): Promise<Figures> {
  const { store } = target.connection;
  for (const admin of await listByRole(store, ['admin'], 1_000)) await store.users.replace(admin, { role: 'user' });
  let survivor = await newAdmin(target);
  for (let round = 0; round < rounds; round += 1) {
    const other = await newAdmin(target);
    const [here, there] = MOVES[round % MOVES.length] ?? [demote, demote];
    const [one, two] = round % 2 ? [survivor, other] : [other, survivor];
    const replies = await Promise.all([here(target.send, one, two), there(target.viaBundles, two, one)]);
    const admins = await listByRole(store, ['admin'], 1_000);
    const won = replies.some(({ status }) => status < 300);
    assertHolds(admins.length === 1 && won, `${admins.length} admins, ${JSON.stringify(tally(replies))}`);
    survivor = admins[0]?.username === other.username ? other : survivor;
  }
  return { rounds, adminsLeft: 1 };
}
