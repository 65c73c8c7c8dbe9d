import type { Snapshot } from 'local-appwrite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE } from '#shared/domain/clock.ts';
import { attackerAddress, guessFromEverywhere, guessFromHome, loginDuringGuesses } from '#tests/load/attack/guesses.ts';
import { type AttackProject, startProject } from '#tests/load/attack/local-project.ts';
import { escalate } from '#tests/load/attack/privilege-escalation.ts';
import { raceAdmins, raceGuesses, raceRegistrations } from '#tests/load/attack/races.ts';
import { type AttackTarget, freshName, openTarget, PASSWORD } from '#tests/load/attack/target.ts';
import { runTokenSequences } from '#tests/load/attack/token-sequences.ts';
import { sendForgeries } from '#tests/load/attack/tokens.ts';
import { seededRandom } from '#tests/support/seeded-random.ts';

/** Runs the attacks of `npm run attack` on a smaller scale. */
let project: AttackProject;
let empty: Snapshot;
let target: AttackTarget;
const seed = Math.floor(Math.random() * 2 ** 31);

beforeAll(async () => {
  project = await startProject();
  empty = await project.local.snapshot();
});
afterAll(() => project.close());

// Each test begins with an empty project: random names of two tests may share the counter of a limit.
beforeEach(() => {
  target = openTarget(project);
});
afterEach(async () => {
  await project.local.settle();
  await project.local.restore(empty);
});

describe('tokens', () => {
  it('that are forged or altered are refused, and the altered ones cost no call to Appwrite', async () => {
    const figures = await sendForgeries(target, 100);
    expect(figures.forged).toBeGreaterThanOrEqual(40);
    expect(figures).toMatchObject({ mutated: 100, accepted: 0, callsForMutated: 0 });
  });

  it(`work with the name of their user and no other, wherever the name is sent (seed ${seed})`, async () => {
    const names = [freshName(), freshName(), freshName()];
    const tokens = await Promise.all(names.map((name) => target.token(name)));
    const random = seededRandom(seed);
    for (let turn = 0; turn < 60; turn += 1) {
      const [whose, named] = [random.below(3), random.below(3)];
      const spelled = random.below(2) ? names[named]?.toUpperCase() : names[named];
      const headers = { TOKEN: tokens[whose] ?? '', USERNAME: spelled ?? '' };
      const path = ['/user', '/complain', '/complain?mine=true'][random.below(3)] ?? '/user';
      const { status } = await target.send('GET', path, { headers });
      expect([path, whose, named, status]).toEqual([path, whose, named, whose === named ? 200 : 401]);
    }
  });

  it(`are valid exactly as long as they should be, in any order of events (seed ${seed})`, async () => {
    const figures = await runTokenSequences(target, { sequences: 3, commands: 10 }, seededRandom(seed));
    expect(figures.tokenChecks).toBeGreaterThan(30);
  });
});

describe('guessing', () => {
  it('from ever new addresses costs 100 comparisons and then one a minute, for the right password too', async () => {
    const { hashesAtOnce } = await guessFromEverywhere(target, 130);
    expect(hashesAtOnce).toBe(101);
  });

  it('from the forged address of the victim gets a budget of 100 and then one try in 15 seconds, and locks nobody out', async () => {
    expect(await guessFromHome(target, 120)).toMatchObject({ fromStrangers: 101, fromHomeAtOnce: 101 });
  });

  it('does not lock out the victim at home', async () => {
    expect(await loginDuringGuesses(target, 30)).toMatchObject({ victimLetIn: 30 });
  });

  it('does not lock out a person who registered and has not logged in yet', async () => {
    const name = freshName();
    await target.register(name);
    for (let guess = 0; guess < 105; guess += 1) await target.login(name, 'wrong-guess', attackerAddress(guess));
    expect((await target.login(name, PASSWORD, attackerAddress(999))).status).toBe(429);
    expect((await target.login(name)).status).toBe(200);
  });

  it('costs one comparison and gets the same answer, whatever is wrong', async () => {
    const [taken, erased] = [freshName(), freshName()];
    await target.register(taken);
    const headers = { TOKEN: await target.token(erased) };
    await target.send('DELETE', '/user', { headers, json: { password: PASSWORD } });
    const pairs = [
      [taken, 'wrong-guess'],
      [taken, `${PASSWORD}\0`],
      [taken, 'x'.repeat(10_000)],
      [taken, '\ud800'],
      [erased, PASSWORD],
      [freshName(), PASSWORD],
      ['Адам', PASSWORD],
      ['\ud800', PASSWORD],
    ] as const;
    for (const [username, password] of pairs) {
      const before = target.hashes();
      const { status, body } = await target.login(username, password);
      expect([status, body.code, target.hashes() - before]).toEqual([401, 'bad_credentials', 1]);
    }
  });

  it('costs the same number of comparisons all at once as one after the other', async () => {
    expect(await raceGuesses(target, { rounds: 1, racers: 24 })).toMatchObject({ comparisonsPerRound: 10 });
  });

  it('an unknown name is answered word for word like a known one', async () => {
    const taken = freshName();
    await target.register(taken);
    const unknown = freshName();
    const guessAt = (name: string) => target.login(name, 'wrong-guess', attackerAddress(1));
    for (let guess = 0; guess < 13; guess += 1) {
      const [one, other] = [await guessAt(taken), await guessAt(unknown)];
      const shown = ({ status, headers, body }: typeof one) => ({
        status,
        headers: { ...headers, 'x-request-id': '' },
        body: { ...body, instance: '' },
      });
      expect(shown(other)).toEqual(shown(one));
      expect(one.status).toBe(guess < 10 ? 401 : 429);
    }
  });

  it('is forgotten after its window, and a person who logs in uses up nothing', async () => {
    const name = freshName();
    await target.register(name);
    const away = attackerAddress(1);
    for (let guess = 0; guess < 10; guess += 1) await target.login(name, 'wrong-guess', away);
    expect((await target.login(name, PASSWORD, away)).status).toBe(429);
    target.advance(14 * MINUTE);
    expect((await target.login(name, PASSWORD, away)).status).toBe(429);
    target.advance(MINUTE);
    for (let login = 0; login < 30; login += 1) expect((await target.login(name, PASSWORD, away)).status).toBe(200);
  });

  it('has a sliding window: a guess before a full quarter of an hour still counts after it', async () => {
    const name = freshName();
    const away = attackerAddress(1);
    target.advance(15 * MINUTE - ((target.now() + MINUTE) % (15 * MINUTE)));
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess += 1) {
      statuses.push((await target.login(name, 'wrong-guess', away)).status);
      target.advance(MINUTE / 4);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    target.advance(12.25 * MINUTE);
    expect((await target.login(name, 'wrong-guess', away)).status).toBe(401);
    expect((await target.login(name, 'wrong-guess', away)).status).toBe(401);
    expect((await target.login(name, 'wrong-guess', away)).status).toBe(429);
  });

  it('one password for many names is limited per network, and a person known from that network is let in', async () => {
    const name = freshName();
    await target.register(name);
    expect((await target.login(name, PASSWORD, '2001:db8:1:2::1')).status).toBe(200);
    const spray = (host: number) => target.login(freshName(), 'Summer-2026!', `2001:db8:1:2:${host.toString(16)}::9`);
    const statuses: number[] = [];
    for (let guess = 0; guess < 63; guess += 1) statuses.push((await spray(guess)).status);
    expect(statuses).toEqual([...Array.from({ length: 60 }, () => 401), 429, 429, 429]);
    expect((await target.login(freshName(), 'Summer-2026!', '2001:db8:1:3::1')).status).toBe(401);
    expect((await target.login(name, PASSWORD, '2001:db8:1:2:ffff::7')).status).toBe(200);
  });

  it('without a readable address shares one limit, and makes no address known', async () => {
    const name = freshName();
    await target.register(name);
    expect((await target.login(name, PASSWORD, '')).status).toBe(200);
    const addresses = ['', '1.2.3.4, 5.6.7.8', 'unknown', '<script>', 'x'.repeat(60)];
    for (let guess = 0; guess < 10; guess += 1) {
      expect((await target.login(name, 'wrong-guess', addresses[guess % addresses.length])).status).toBe(401);
    }
    expect((await target.login(name, PASSWORD, '5.6.7.8, 1.2.3.4')).status).toBe(429);
  });

  it('the present password with a stolen token is limited as well', async () => {
    const name = freshName();
    const headers = { TOKEN: await target.token(name) };
    const before = target.hashes();
    const guess = () =>
      target.send('PUT', '/user', { headers, json: { password: 'another-Pass-1', currentPassword: 'wrong-guess' } });
    const statuses = [];
    for (let turn = 0; turn < 12; turn += 1) statuses.push((await guess()).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429, 429]);
    expect(target.hashes() - before).toBe(10);
  });
});

describe('at the same moment', () => {
  it('24 people in two processes register one name in any spelling, and one gets it', async () => {
    expect(await raceRegistrations(target, { rounds: 1, racers: 24 })).toMatchObject({ winners: 1 });
  });

  it('two admins in two processes demote or erase each other, and one is left', async () => {
    expect(await raceAdmins(target, 6)).toMatchObject({ adminsLeft: 1 });
  });
});

it(`nobody becomes staff or admin by any request (seed ${seed})`, async () => {
  expect(await escalate(target, { sequences: 2, requests: 25 }, seededRandom(seed))).toMatchObject({ escalated: 0 });
});
