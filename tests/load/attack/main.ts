import { buildFunctions } from '#scripts/build/functions.ts';
import { runCommand, UsageError, wholeNumber } from '#scripts/project/command.ts';
import type { Figures } from './check.ts';
import { dice } from './dice.ts';
import {
  floodFromHome,
  floodFromOneAddress,
  floodFromOneNetwork,
  sendHostileBodies,
  timeOlderHashes,
} from './floods.ts';
import { guessAllDay, guessFromEverywhere, guessFromHome, loginUnderSiege } from './guesses.ts';
import { startStage } from './local-project.ts';
import { climb } from './privilege-escalation.ts';
import { fileAroundTheHour, fileWrongly, sendOddQueries, writeManyNotes } from './quotas.ts';
import { raceAdmins, raceGuesses, raceRegistrations } from './races.ts';
import { readDuringLogins } from './read-latency.ts';
import { timeRecovery } from './recovery.ts';
import { type Arena, openArena } from './target.ts';
import { replayTokens } from './token-sequences.ts';
import { sendForgeries } from './tokens.ts';

/** Each runs on a stage of its own, since one may use up limits that another needs. The tests run a scaled part of them. */
const ATTACKS: Readonly<Record<string, (arena: Arena, seed: number) => Promise<Figures>>> = {
  'forged and mutated tokens': (arena) => sendForgeries(arena, 5_000),
  'guesses from strange addresses, at once': (arena) => guessFromEverywhere(arena, 10_000),
  'guesses from strange addresses, all day': (arena) => guessAllDay(arena, 10_000),
  'guesses from a forged known address': (arena) => guessFromHome(arena, 10_000),
  'the victim logs in under siege': (arena) => loginUnderSiege(arena, 200),
  '64 guesses at once': (arena) => raceGuesses(arena, { rounds: 100, racers: 64 }),
  '64 registrations of one name at once': (arena) => raceRegistrations(arena, { rounds: 50, racers: 64 }),
  'admins who remove each other': (arena) => raceAdmins(arena, 500),
  'old tokens in any order of events': (arena, seed) =>
    replayTokens(arena, { sequences: 200, commands: 20 }, dice(seed)),
  'milliseconds of reads during ten logins at once': (arena) => readDuringLogins(arena, 5),
  'hostile bodies while others read': (arena) => sendHostileBodies(arena, { requests: 50, keys: 1_150_000, atOnce: 5 }),
  'logins flooded from one address': (arena) => floodFromOneAddress(arena, 30),
  'logins flooded from one /64': (arena) => floodFromOneNetwork(arena, 30),
  "logins flooded from the victim's own address": (arena) => floodFromHome(arena, 30),
  'filings that are refused cost nothing': (arena) => fileWrongly(arena, 60),
  'filings on both sides of a full hour': (arena) => fileAroundTheHour(arena),
  'long notes without end': (arena) => writeManyNotes(arena, 300),
  'milliseconds of older hashes and unknown names': (arena) => timeOlderHashes(arena, 12),
  'milliseconds of recovery for known and unknown names': (arena) => timeRecovery(arena, 1_000),
  'queries that make no sense': (arena) => sendOddQueries(arena),
  'people who want to be admin': (arena, seed) => climb(arena, { sequences: 100, requests: 50 }, dice(seed)),
};

/** Settings of the functions that an attack is meant for. */
const VARIABLES: Readonly<Record<string, Record<string, string>>> = {
  'hostile bodies while others read': { NODE_OPTIONS: '--max-old-space-size=256' },
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
    const stage = await startStage(VARIABLES[name]);
    const started = performance.now();
    const seconds = () => `in ${((performance.now() - started) / 1_000).toFixed(1)} s`;
    try {
      console.log(`${name}: ${JSON.stringify(await ATTACKS[name]?.(openArena(stage), seed))} ${seconds()}`);
    } catch (error) {
      failed += 1;
      console.error(`${name}: ${error instanceof Error ? error.message : error} ${seconds()}`);
    } finally {
      await stage.close();
    }
  }
  return failed;
}

await runCommand({
  usage: `Usage: npm run attack -- [--only TEXT] [--seed 1]
  Attacks the product on a local Appwrite. Fails when a defence does not hold.
  --only   runs the attacks whose names hold this text
  --seed   of the attacks that draw what they do

${Object.keys(ATTACKS).join('\n')}`,
  options: { only: { type: 'string', default: '' }, seed: { type: 'string', default: '1' } },
  async run({ only, seed }) {
    const names = Object.keys(ATTACKS).filter((name) => name.includes(only));
    if (names.length === 0) throw new UsageError(`No attack has a name with "${only}".`);
    const failed = await attackAll(names, wholeNumber('--seed', seed, { min: 0, max: 2 ** 31 }));
    return failed > 0 ? 1 : 0;
  },
});
