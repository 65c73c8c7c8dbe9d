import { bucketOf, reserve } from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import { MINUTE } from '#shared/domain/clock.ts';
import { comeBack, Refusal } from '#shared/domain/problems.ts';
import { hashesRefusal } from './hashing.ts';
import type { AccountActor } from './open-session.ts';

/** Asks for the own password again before what a stolen token must not do: 403 when wrong, 429 when guessed too often. */
export async function confirmPassword(deps: Deps, actor: AccountActor, password: string): Promise<void> {
  const limit = { kind: 'confirm', subject: bucketOf(actor.id), windowMs: 15 * MINUTE };
  const tried = await reserve(deps, { ...limit, max: deps.config.loginFailuresPerAddress });
  if (!tried.granted) {
    throw comeBack('too_many_requests', 'Too many wrong passwords. Wait before you try again.', {
      seconds: tried.secondsLeft,
    });
  }
  const right = await deps.hasher().verify(password, actor.account.passwordHash).catch(hashesRefusal);
  if (!right) throw new Refusal('forbidden', 'The present password is wrong.');
  await tried.undo();
}
