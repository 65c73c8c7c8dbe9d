import type { RevokedToken } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';
import { randomId } from '#shared/domain/ids.ts';
import { retryLater } from '#shared/domain/problems.ts';
import type { AccountActor } from './open-session.ts';

const ATTEMPTS = 6;
// More unexpired logouts than this in one token's lifetime: then all tokens end, which is safe, instead of the row growing.
const MOST_REVOKED = 500;

type Ending = { actor: AccountActor; tokenId: string; expiresAt: Date; everywhere: boolean };

/** Draws a new epoch: every token issued before is dead from the next request on. */
export function newEpoch(): { epoch: string; revoked: string } {
  return { epoch: randomId(), revoked: '[]' };
}

function revocation(revoked: RevokedToken[] = [], ending: Ending, now: number): { epoch?: string; revoked: string } {
  const unexpired = revoked.filter((entry) => entry.exp * 1_000 > now);
  if (ending.everywhere || unexpired.length >= MOST_REVOKED) return newEpoch();
  return {
    revoked: JSON.stringify([
      ...unexpired,
      { jti: ending.tokenId, exp: Math.ceil(ending.expiresAt.getTime() / 1_000) + 60 },
    ]),
  };
}

/** Ends this token, or all of the account's; effective with the next request. */
export async function logout(deps: Deps, ending: Ending): Promise<void> {
  let row = ending.actor.account;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const change = revocation(row.revoked, ending, deps.clock.now().getTime());
    if (await deps.store.users.replace(row, change)) return;
    const fresh = await deps.store.users.find(row.$id);
    if (!fresh) return;
    row = fresh;
  }
  throw retryLater('busy', 'The account is being changed at this moment.', { seconds: 1 });
}
