import type { Reservation } from '#shared/appwrite/limits.ts';
import { bucketOf } from '#shared/appwrite/limits.ts';
import type { Deps } from '#shared/compose.ts';
import { DAY, MINUTE } from '#shared/domain/clock.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { queueRefusal } from '../auth/hash-queue.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { reserveOrRefuse } from '../rate-limits.ts';

async function reserveTries(deps: Deps, actor: AccountActor): Promise<Reservation[]> {
  const { loginFailuresPerAccount: soon, loginFailuresPerDay: daily } = deps.config;
  const subject = bucketOf(actor.id);
  const detail = 'Too many wrong passwords.';
  const tries = await Promise.allSettled([
    reserveOrRefuse(deps, { kind: 'confirm', subject, windowMs: 15 * MINUTE, max: soon }, detail),
    reserveOrRefuse(deps, { kind: 'confirm-day', subject, windowMs: DAY, max: daily }, detail),
  ]);
  const granted = tries.flatMap((tried) => (tried.status === 'fulfilled' ? [tried.value] : []));
  const refused = tries.find((tried) => tried.status === 'rejected');
  if (!refused) return granted;
  await Promise.allSettled(granted.map((tried) => tried.undo()));
  throw refused.reason;
}

/**
 * Checks the present password before an action that a stolen token must not allow: 403 if it is wrong, 429 after too
 * many tries.
 */
export async function confirmPassword(deps: Deps, actor: AccountActor, password: string): Promise<void> {
  const tries = await reserveTries(deps, actor);
  const undo = () => Promise.allSettled(tries.map((tried) => tried.undo()));
  const right = await deps
    .hasher()
    .verify(password, actor.account.passwordHash, { network: deps.address, known: true })
    .catch(async (error: unknown) => {
      await undo();
      return queueRefusal(error);
    });
  if (!right) throw new Refusal('forbidden', 'The present password is wrong.');
  await undo();
}
