import type { Account } from '#shared/appwrite/accounts.ts';
import type { RevokedToken } from '#shared/appwrite/rows.ts';
import type { Deps } from '#shared/compose.ts';
import { randomId } from '#shared/domain/ids.ts';
import { retryOnConflict } from '../retry-on-conflict.ts';
import type { AccountActor } from './open-session.ts';

// With more unexpired logouts than this all tokens end, to bound the size of the row.
const MAX_REVOKED = 500;

type Ending = { actor: AccountActor; tokenId: string; expiresAt: Date; everywhere: boolean };

/** A new epoch, which invalidates every token issued before from the next request on. */
export function newEpoch(): { epoch: string; revoked: string } {
  return { epoch: randomId(), revoked: '[]' };
}

function revocation(revoked: RevokedToken[] = [], ending: Ending, now: number): { epoch?: string; revoked: string } {
  const unexpired = revoked.filter((entry) => entry.exp * 1_000 > now);
  if (ending.everywhere || unexpired.length >= MAX_REVOKED) return newEpoch();
  return {
    revoked: JSON.stringify([
      ...unexpired,
      { jti: ending.tokenId, exp: Math.ceil(ending.expiresAt.getTime() / 1_000) + 60 },
    ]),
  };
}

/** Ends this token or all tokens of the account, effective with the next request. */
export async function logout(deps: Deps, ending: Ending): Promise<void> {
  let row: Account | undefined = ending.actor.account;
  await retryOnConflict(deps.clock, 'this account', async () => {
    if (!row) return true;
    const change = revocation(row.revoked, ending, deps.clock.now().getTime());
    if (await deps.store.users.replace(row, change)) return true;
    row = await deps.store.users.find(row.$id);
    return row ? undefined : true;
  });
}
