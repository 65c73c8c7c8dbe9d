import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, UsageError, wholeNumber } from '#scripts/project/command.ts';
import { seededRandom } from '#tests/support/seeded-random.ts';
import type { Figures } from './check.ts';
import { floodFromHome, floodFromOneAddress, floodFromOneNetwork, timeOlderHashes } from './floods.ts';
import { guessAllDay, guessFromEverywhere, guessFromHome, loginDuringGuesses } from './guesses.ts';
import { GAUGE_SETTINGS, HOSTILE_BODIES, sendHostileBodies } from './hostile-bodies.ts';
import { startProject } from './local-project.ts';
import { escalate } from './privilege-escalation.ts';
import {
  changeAccountWithoutEnd,
  fileAroundTheHour,
  fileInvalidComplaints,
  followWithoutEnd,
  sendOddQueries,
  writeManyNotes,
} from './quotas.ts';
import { raceAdmins, raceGuesses, raceRegistrations } from './races.ts';
import { readDuringLogins } from './read-latency.ts';
import { timeRecovery } from './recovery.ts';
import { type AttackTarget, openTarget } from './target.ts';
import { runTokenSequences } from './token-sequences.ts';
import { sendForgeries } from './tokens.ts';

/** Each attack has a project of its own, since it may use up rate limits. Tests run the attacks on a smaller scale. */
const ATTACKS: Readonly<Record<string, (target: AttackTarget, seed: number) => Promise<Figures>>> = {
  'forged and mutated tokens': (target) => sendForgeries(target, 5_000),
  'guesses from strange addresses, at once': (target) => guessFromEverywhere(target, 10_000),
  'guesses from strange addresses, all day': (target) => guessAllDay(target, 10_000),
  'guesses from a forged known address': (target) => guessFromHome(target, 10_000),
  'the victim logs in during guesses': (target) => loginDuringGuesses(target, 200),
  '64 guesses at once': (target) => raceGuesses(target, { rounds: 100, racers: 64 }),
  '64 registrations of one name at once': (target) => raceRegistrations(target, { rounds: 50, racers: 64 }),
  'admins who remove each other': (target) => raceAdmins(target, 500),
  'old tokens in any order of events': (target, seed) =>
    runTokenSequences(target, { sequences: 200, commands: 20 }, seededRandom(seed)),
  'milliseconds of reads during ten logins at once': (target) => readDuringLogins(target, 5),
  ...Object.fromEntries(
    Object.keys(HOSTILE_BODIES).map((what) => [
      `hostile bodies while others read: ${what}`,
      (target: AttackTarget) => sendHostileBodies(target, what, 50),
    ]),
  ),
  'logins flooded from one address': (target) => floodFromOneAddress(target, 30),
  'logins flooded from one /64': (target) => floodFromOneNetwork(target, 30),
  "logins flooded from the victim's own address": (target) => floodFromHome(target, 30),
  'filings that are refused cost nothing': (target) => fileInvalidComplaints(target, 60),
  'filings on both sides of a full hour': (target) => fileAroundTheHour(target),
  'long notes without end': (target) => writeManyNotes(target, 300),
  'changes of an account without end': (target) => changeAccountWithoutEnd(target, 300),
  'follows without end': (target) => followWithoutEnd(target, 400),
  'milliseconds of older hashes and unknown names': (target) => timeOlderHashes(target, 12),
  'milliseconds of recovery for known and unknown names': (target) => timeRecovery(target, 1_000),
  'queries that make no sense': (target) => sendOddQueries(target),
  'people who want to be admin': (target, seed) =>
    escalate(target, { sequences: 100, requests: 50 }, seededRandom(seed)),
};

/** The settings of the functions for an attack that needs some. */
const VARIABLES: Readonly<Record<string, Record<string, string>>> = {
  ...Object.fromEntries(
    Object.keys(HOSTILE_BODIES).map((what) => [`hostile bodies while others read: ${what}`, GAUGE_SETTINGS]),
  ),
  'logins flooded from one address': { BCRYPT_COST: '12' },
  'logins flooded from one /64': { BCRYPT_COST: '12' },
  "logins flooded from the victim's own address": { BCRYPT_COST: '12' },
  'milliseconds of older hashes and unknown names': { BCRYPT_COST: '12' },
  'milliseconds of recovery for known and unknown names': { RECOVERIES_PER_HOUR: '1000000' },
};

async function attackAll(names: string[], seed: number): Promise<number> {
  await buildFunctions({ quiet: true });
  let failed = 0;
  for (const name of names) {
    const project = await startProject(VARIABLES[name]);
    const started = performance.now();
    const seconds = () => `in ${((performance.now() - started) / 1_000).toFixed(1)} s`;
    try {
      console.log(`${name}: ${JSON.stringify(await ATTACKS[name]?.(openTarget(project), seed))} ${seconds()}`);
    } catch (error) {
      failed += 1;
      console.error(`${name}: ${error instanceof Error ? error.message : error} ${seconds()}`);
    } finally {
      await project.close();
    }
  }
  return failed;
}

await runCommand({
  usage: `Usage: npm run attack -- [--only TEXT] [--seed 1]
  Attacks the product on a local Appwrite. Fails when a defence does not hold.
  --only   runs the attacks whose names contain this text
  --seed   for the attacks that use random numbers

${Object.keys(ATTACKS).join('\n')}`,
  options: { only: { type: 'string', default: '' }, seed: { type: 'string', default: '1' } },
  async run({ only, seed }) {
    const names = Object.keys(ATTACKS).filter((name) => name.includes(only));
    if (names.length === 0) throw new UsageError(`No attack has a name with "${only}".`);
    const failed = await attackAll(names, wholeNumber('--seed', seed, { min: 0, max: 2 ** 31 }));
    return failed > 0 ? 1 : 0;
  },
});
