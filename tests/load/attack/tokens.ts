import { assertHolds, type Figures } from './check.ts';
import { forgeries, mutations } from './forgeries.ts';
import { type AttackTarget, freshName } from './target.ts';

async function statusOf(target: AttackTarget, token: string): Promise<number> {
  const { status, headers } = await target.send('GET', '/user', { headers: { TOKEN: token } });
  assertHolds(status !== 401 || headers['www-authenticate'] !== undefined, 'a 401 without WWW-Authenticate');
  return status;
}

/** Sends forged tokens and small changes of a good one. Only well-formed, signed ones may cause a call to Appwrite. */
export async function sendForgeries(target: AttackTarget, mutants: number): Promise<Figures> {
  const token = await target.token(freshName());
  const forged = Object.entries(forgeries(token, target.secret));
  const before = target.calls();
  for (const [what, bad] of forged) assertHolds((await statusOf(target, bad)) === 401, `accepted: ${what}`);
  const forgedCalls = target.calls() - before;
  let mutated = 0;
  for (const mutant of mutations(token, mutants)) {
    assertHolds((await statusOf(target, mutant)) === 401, `accepted: ${mutant}`);
    mutated += 1;
  }
  const mutantCalls = target.calls() - before - forgedCalls;
  assertHolds(mutantCalls === 0, `${mutantCalls} calls to Appwrite for mutated tokens`);
  assertHolds((await statusOf(target, token)) === 200, 'the good token is refused');
  return { forged: forged.length, mutated, accepted: 0, callsForForged: forgedCalls, callsForMutated: mutantCalls };
}
