import { randomInt } from 'node:crypto';
import type { Random } from '#tests/support/seeded-random.ts';
import { assertHolds, type Figures } from './check.ts';
import { strangeAddress } from './guesses.ts';
import { type AttackTarget, freshName, PASSWORD } from './target.ts';

/** What clients know of an account: its tokens, each with whether it must be accepted. */
type Model = { name: string; password: string; alive: boolean; tokens: Map<string, boolean> };
type World = { target: AttackTarget; admin: { name: string; token: string }; people: Model[] };
type Command = (world: World, person: Model) => Promise<void>;

const NEXT_PASSWORD: Record<string, string> = {
  [PASSWORD]: 'second-Password-88',
  'second-Password-88': PASSWORD,
};

const endAll = (person: Model) => {
  for (const token of person.tokens.keys()) person.tokens.set(token, false);
};

const validToken = (person: Model) => [...person.tokens].find(([, counts]) => counts)?.[0];

async function expectStatus(asked: Promise<{ status: number; text: string }>, expected: number): Promise<void> {
  const { status, text } = await asked;
  assertHolds(status === expected, `expected ${expected}, got ${status}: ${text.slice(0, 200)}`);
}

/** A command that needs an accepted token and must succeed with it; it does nothing when there is none. */
function withToken(act: (world: World, person: Model, token: string) => Promise<void>): Command {
  return async (world, person) => {
    const token = validToken(person);
    if (token !== undefined) await act(world, person, token);
  };
}

const byAdmin = ({ admin }: World) => ({ TOKEN: admin.token, USERNAME: admin.name });

const COMMANDS: readonly Command[] = [
  async ({ target }, person) => {
    // Refused logins count for their network, so each comes from another one.
    const address = person.alive ? undefined : strangeAddress(randomInt(10_000_000));
    const { status, body } = await target.login(person.name, person.password, address);
    assertHolds(status === (person.alive ? 200 : 401), `login was answered ${status}`);
    if (status === 200) person.tokens.set(String(body.TOKEN), true);
  },
  withToken(async ({ target }, person, token) => {
    await expectStatus(target.send('POST', '/logout', { headers: { TOKEN: token } }), 204);
    person.tokens.set(token, false);
  }),
  withToken(async ({ target }, person, token) => {
    await expectStatus(target.send('POST', '/logout', { headers: { TOKEN: token }, json: { everywhere: true } }), 204);
    endAll(person);
  }),
  withToken(async ({ target }, person, token) => {
    const password = NEXT_PASSWORD[person.password] ?? PASSWORD;
    const json = { password, currentPassword: person.password };
    await expectStatus(target.send('PUT', '/user', { headers: { TOKEN: token }, json }), 200);
    person.password = password;
    endAll(person);
  }),
  async (world, person) => {
    const password = NEXT_PASSWORD[person.password] ?? PASSWORD;
    const json = { username: person.name, password };
    const done = person.alive ? 200 : 404;
    await expectStatus(world.target.send('PUT', '/user', { headers: byAdmin(world), json }), done);
    if (!person.alive) return;
    person.password = password;
    endAll(person);
  },
  async (world, person) => {
    const json = { username: person.name, role: world.people.length % 2 ? 'staff' : 'user' };
    const done = person.alive ? 200 : 404;
    await expectStatus(world.target.send('PUT', '/user/role', { headers: byAdmin(world), json }), done);
  },
  withToken(async ({ target }, person, token) => {
    const json = { password: person.password };
    await expectStatus(target.send('DELETE', '/user', { headers: { TOKEN: token }, json }), 204);
    person.alive = false;
    endAll(person);
  }),
  async ({ target }, person) => {
    const { status } = await target.register(person.name);
    assertHolds(status === 409, `a name was given away twice: ${status}`);
  },
];

/** Checks that every token ever issued is accepted or refused as the model says; resolves to their number. */
async function compare({ target }: World, person: Model): Promise<number> {
  for (const [token, counts] of person.tokens) {
    await expectStatus(target.send('GET', '/user', { headers: { TOKEN: token } }), counts ? 200 : 401);
  }
  return person.tokens.size;
}

/** Runs commands in any order for two people, and tries every old token after each of them. */
export async function runTokenSequences(
  target: AttackTarget,
  size: { sequences: number; commands: number },
  random: Random,
): Promise<Figures> {
  const name = freshName('r');
  const admin = { name, token: await target.token(name) };
  await target.giveRole(name, 'admin');
  let checks = 0;
  for (let sequence = 0; sequence < size.sequences; sequence += 1) {
    const people = [freshName(), freshName()].map((name) => ({
      name,
      password: PASSWORD,
      alive: true,
      tokens: new Map<string, boolean>(),
    }));
    for (const person of people) await target.register(person.name);
    const world = { target, admin, people };
    for (let turn = 0; turn < size.commands; turn += 1) {
      const person = people[random.below(people.length)];
      const command = COMMANDS[turn < 2 ? 0 : random.below(COMMANDS.length)];
      if (person && command) await command(world, person);
      for (const each of people) checks += await compare(world, each);
    }
  }
  return { ...size, tokenChecks: checks };
}
