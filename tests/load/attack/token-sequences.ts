import { randomInt } from 'node:crypto';
import type { Random } from '#tests/support/seeded-random.ts';
import { assertHolds, type Figures } from './check.ts';
import { attackerAddress } from './guesses.ts';
import { type AttackTarget, freshName, PASSWORD } from './target.ts';

/** What clients know of an account: its tokens, each with whether it must be accepted. */
type Model = { name: string; password: string; exists: boolean; tokens: Map<string, boolean> };
type Context = { target: AttackTarget; admin: { name: string; token: string }; people: Model[] };
type Command = (context: Context, person: Model) => Promise<void>;

const NEXT_PASSWORD: Record<string, string> = {
  [PASSWORD]: 'second-Password-88',
  'second-Password-88': PASSWORD,
};

const revokeAll = (person: Model) => {
  for (const token of person.tokens.keys()) person.tokens.set(token, false);
};

const validToken = (person: Model) => [...person.tokens].find(([, isAccepted]) => isAccepted)?.[0];

async function expectStatus(asked: Promise<{ status: number; text: string }>, expected: number): Promise<void> {
  const { status, text } = await asked;
  assertHolds(status === expected, `expected ${expected}, got ${status}: ${text.slice(0, 200)}`);
}

/** A command that needs an accepted token and must succeed with it; it does nothing when there is none. */
function withToken(command: (context: Context, person: Model, token: string) => Promise<void>): Command {
  return async (context, person) => {
    const token = validToken(person);
    if (token !== undefined) await command(context, person, token);
  };
}

const adminHeaders = ({ admin }: Context) => ({ TOKEN: admin.token, USERNAME: admin.name });

const COMMANDS: readonly Command[] = [
  async ({ target }, person) => {
    // Refused logins count for their network, so each comes from another one.
    const address = person.exists ? undefined : attackerAddress(randomInt(10_000_000));
    const { status, body } = await target.login(person.name, person.password, address);
    assertHolds(status === (person.exists ? 200 : 401), `login was answered ${status}`);
    if (status === 200) person.tokens.set(String(body.TOKEN), true);
  },
  withToken(async ({ target }, person, token) => {
    await expectStatus(target.send('POST', '/logout', { headers: { TOKEN: token } }), 204);
    person.tokens.set(token, false);
  }),
  withToken(async ({ target }, person, token) => {
    await expectStatus(target.send('POST', '/logout', { headers: { TOKEN: token }, json: { everywhere: true } }), 204);
    revokeAll(person);
  }),
  withToken(async ({ target }, person, token) => {
    const password = NEXT_PASSWORD[person.password] ?? PASSWORD;
    const json = { password, currentPassword: person.password };
    await expectStatus(target.send('PUT', '/user', { headers: { TOKEN: token }, json }), 200);
    person.password = password;
    revokeAll(person);
  }),
  async (context, person) => {
    const password = NEXT_PASSWORD[person.password] ?? PASSWORD;
    const json = { username: person.name, password };
    const done = person.exists ? 200 : 404;
    await expectStatus(context.target.send('PUT', '/user', { headers: adminHeaders(context), json }), done);
    if (!person.exists) return;
    person.password = password;
    revokeAll(person);
  },
  async (context, person) => {
    const json = { username: person.name, role: context.people.length % 2 ? 'staff' : 'user' };
    const done = person.exists ? 200 : 404;
    await expectStatus(context.target.send('PUT', '/user/role', { headers: adminHeaders(context), json }), done);
  },
  withToken(async ({ target }, person, token) => {
    const json = { password: person.password };
    await expectStatus(target.send('DELETE', '/user', { headers: { TOKEN: token }, json }), 204);
    person.exists = false;
    revokeAll(person);
  }),
  async ({ target }, person) => {
    const { status } = await target.register(person.name);
    assertHolds(status === 409, `a name was given away twice: ${status}`);
  },
];

/** Checks that every token ever issued is accepted or refused as the model says; resolves to their number. */
async function checkTokens({ target }: Context, person: Model): Promise<number> {
  for (const [token, isAccepted] of person.tokens) {
    await expectStatus(target.send('GET', '/user', { headers: { TOKEN: token } }), isAccepted ? 200 : 401);
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
      exists: true,
      tokens: new Map<string, boolean>(),
    }));
    for (const person of people) await target.register(person.name);
    const context = { target, admin, people };
    for (let turn = 0; turn < size.commands; turn += 1) {
      const person = people[random.below(people.length)];
      const command = COMMANDS[turn < 2 ? 0 : random.below(COMMANDS.length)];
      if (person && command) await command(context, person);
      for (const each of people) checks += await checkTokens(context, each);
    }
  }
  return { ...size, tokenChecks: checks };
}
