import { bucketOf, type Reservation, reserve } from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import { DAY, MINUTE } from '#shared/domain/clock.ts';
import { Refusal, retryLater } from '#shared/domain/problems.ts';
import { hashesRefusal } from './hashing.ts';
import type { AccountActor } from './open-session.ts';

async function reserveTries(deps: Deps, actor: AccountActor): Promise<Reservation[]> {
  const { loginFailuresPerAddress: soon, loginFailuresPerDay: daily } = deps.config;
  const subject = bucketOf(actor.id);
  const tries = await Promise.all([
    reserve(deps, { kind: 'confirm', subject, windowMs: 15 * MINUTE, max: soon }),
    reserve(deps, { kind: 'confirm-day', subject, windowMs: DAY, max: daily }),
  ]);
  const refused = tries.filter((tried) => !tried.granted);
  if (refused.length === 0) return tries;
  const seconds = Math.max(...refused.map((tried) => tried.secondsLeft));
  throw retryLater('too_many_requests', 'Too many wrong passwords. Wait before you try again.', { seconds });
}

/** Asks for the own password again before what a stolen token must not do: 403 when wrong, 429 when guessed too often. */
export async function confirmPassword(deps: Deps, actor: AccountActor, password: string): Promise<void> {
  const tries = await reserveTries(deps, actor);
  const undo = () => Promise.allSettled(tries.map((tried) => tried.undo()));
  const right = await deps
    .hasher()
    .verify(password, actor.account.passwordHash)
    .catch(async (error: unknown) => {
      await undo();
      return hashesRefusal(error);
    });
  if (!right) throw new Refusal('forbidden', 'The present password is wrong.');
  await undo();
}
