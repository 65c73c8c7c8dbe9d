import { MINUTE, SECOND } from '#shared/domain/clock.ts';
import { assertHolds, type Figures } from './check.ts';
import { type AttackTarget, freshName, PASSWORD } from './target.ts';

/** A different address for each number, none of them the victim's. */
export function attackerAddress(index: number): string {
  return `203.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

const HOME = '198.51.100.7';

type Guessing = { guesses: number; hours: number; address(index: number): string };

/** Tries wrong passwords for one name over some hours. Answers must be 401 after a comparison, or 429 without one. */
async function tryGuesses(
  target: AttackTarget,
  name: string,
  guessing: Guessing,
): Promise<{ hashes: number; refused: number }> {
  const before = target.hashes();
  const step = (guessing.hours * 60 * MINUTE) / guessing.guesses;
  let refused = 0;
  for (let index = 0; index < guessing.guesses; index += 1) {
    const { status, headers } = await target.login(name, `wrong-guess-${index}`, guessing.address(index));
    assertHolds(status === 401 || status === 429, `a guess was answered ${status}`);
    if (status === 429) {
      assertHolds(Number(headers['retry-after']) >= 1, 'a 429 without Retry-After');
      refused += 1;
    }
    target.advance(step);
  }
  return { hashes: target.hashes() - before, refused };
}

async function victimOf(target: AttackTarget): Promise<string> {
  const name = freshName('v');
  await target.register(name);
  await target.login(name, PASSWORD, HOME);
  return name;
}

/** Guesses at once, each from an address of its own. Allowed are 100 comparisons a day, and then one a minute. */
export async function guessFromEverywhere(target: AttackTarget, guesses: number): Promise<Figures> {
  const name = await victimOf(target);
  const atOnce = await tryGuesses(target, name, { guesses, hours: 0, address: attackerAddress });
  assertHolds(atOnce.hashes <= 101, `${atOnce.hashes} comparisons in a moment`);
  const correct = await target.login(name, PASSWORD, attackerAddress(9_999_999));
  assertHolds(correct.status === 429, 'the right password from a strange address is let in during the attack');
  return { guesses, hashesAtOnce: atOnce.hashes };
}

/** The same guesses over 23 hours. */
export async function guessAllDay(target: AttackTarget, guesses: number): Promise<Figures> {
  const hours = 23;
  const { hashes } = await tryGuesses(target, await victimOf(target), { guesses, hours, address: attackerAddress });
  assertHolds(hashes <= 100 + hours * 60, `${hashes} comparisons in ${hours} hours`);
  return { guesses, hours, hashes };
}

/**
 * Guesses with the forged address of the victim: a budget of 100 comparisons a day, then one in 15 seconds. The victim
 * must still be let in.
 */
export async function guessFromHome(target: AttackTarget, guesses: number): Promise<Figures> {
  const name = await victimOf(target);
  const strangers = await tryGuesses(target, name, { guesses, hours: 0, address: attackerAddress });
  const burst = await tryGuesses(target, name, { guesses: 90, hours: 0, address: () => HOME });
  assertHolds((await target.login(name, PASSWORD, HOME)).status === 200, 'the victim is locked out by forged guesses');
  const rest = await tryGuesses(target, name, { guesses: 60, hours: 0, address: () => HOME });
  assertHolds(burst.hashes + rest.hashes === 101, `${burst.hashes + rest.hashes} comparisons in a moment from home`);
  target.advance(15 * SECOND);
  assertHolds((await target.login(name, PASSWORD, HOME)).status === 200, 'the victim is not let in after 15 seconds');
  const hours = 0.5;
  const slow = await tryGuesses(target, name, { guesses: hours * 360, hours, address: () => HOME });
  assertHolds(slow.hashes <= hours * 240 + 1, `${slow.hashes} comparisons in ${hours} hours from home`);
  return {
    fromStrangers: strangers.hashes,
    fromHomeAtOnce: burst.hashes + rest.hashes,
    hours,
    fromHomeLater: slow.hashes,
  };
}

/** The victim logs in from home repeatedly, while others guess from a thousand addresses. */
export async function loginDuringGuesses(target: AttackTarget, tries: number): Promise<Figures> {
  const name = await victimOf(target);
  let refused = 0;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const strangers = Array.from({ length: 5 }, (_, at) => attackerAddress((attempt * 5 + at) % 1_000));
    const guesses = strangers.map((address, at) => target.login(name, `wrong-${at}`, address));
    const [mine, ...theirs] = await Promise.all([target.login(name, PASSWORD, HOME), ...guesses]);
    assertHolds(mine?.status === 200, `the victim was answered ${mine?.status} at home`);
    refused += theirs.filter(({ status }) => status === 429).length;
    target.advance(MINUTE / 10);
  }
  return { tries, victimLetIn: tries, guesses: tries * 5, guessesRefused: refused };
}
