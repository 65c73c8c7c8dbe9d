import { parseArgs } from 'node:util';
import { buildFunctions } from '#scripts/build/functions.ts';
import { type Arena, openArena } from './arena.ts';
import type { Figures } from './check.ts';
import { dice } from './dice.ts';
import { climb } from './first-admin.ts';
import { guessAllDay, guessFromEverywhere, guessFromHome, loginUnderSiege } from './guesses.ts';
import { readDuringHostileBodies, readDuringLogins } from './load.ts';
import { raceAdmins, raceGuesses, raceRegistrations } from './races.ts';
import { replayTokens } from './sequences.ts';
import { startStage } from './stage.ts';
import { sendForgeries } from './tokens.ts';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, only: { type: 'string' } } });
const seed = Number(values.seed);

/** Each on a stage of its own, as one may leave limits used up that another runs into. What the tests do a little of, here in full. */
const ATTACKS: Readonly<Record<string, (arena: Arena) => Promise<Figures>>> = {
  'forged and mutated tokens': (arena) => sendForgeries(arena, 5_000),
  'guesses from strange addresses, at once': (arena) => guessFromEverywhere(arena, 10_000),
  'guesses from strange addresses, all day': (arena) => guessAllDay(arena, 10_000),
  'guesses from a forged known address': (arena) => guessFromHome(arena, 10_000),
  'the victim logs in under siege': (arena) => loginUnderSiege(arena, 200),
  '64 guesses at once': (arena) => raceGuesses(arena, { rounds: 100, racers: 64 }),
  '64 registrations of one name at once': (arena) => raceRegistrations(arena, { rounds: 50, racers: 64 }),
  'admins who remove each other': (arena) => raceAdmins(arena, 500),
  'old tokens in any order of events': (arena) => replayTokens(arena, { sequences: 200, commands: 20 }, dice(seed)),
  'milliseconds of reads during ten logins at once': (arena) => readDuringLogins(arena, 5),
  'milliseconds of reads during 50 hostile bodies, four at once': (arena) => readDuringHostileBodies(arena, 50, 4),
  'people who want to be admin': (arena) => climb(arena, { sequences: 100, requests: 50 }, dice(seed)),
};

await buildFunctions({ quiet: true });
for (const [name, attack] of Object.entries(ATTACKS)) {
  if (values.only !== undefined && !name.includes(values.only)) continue;
  const stage = await startStage();
  const started = performance.now();
  const figures = await attack(openArena(stage)).finally(() => stage.close());
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${name}: ${JSON.stringify(figures)} in ${seconds} s`);
}
