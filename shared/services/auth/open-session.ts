import type { Account } from '#shared/appwrite/accounts.ts';
import type { Deps } from '#shared/compose.ts';
import type { Actor } from '#shared/domain/account.ts';
import { Refusal } from '#shared/domain/problems.ts';

/** The actor of a request with the account as it is stored now. */
export type AccountActor = Actor & { account: Account };
export type Session = { accountId: string; account: Promise<AccountActor>; tokenId: string; expiresAt: Date };

function refuse(): Refusal {
  return new Refusal('token_invalid', 'The token is not valid any more. Log in again.');
}

/**
 * Checks a token's signature and expiry (401) and starts to read its account; `account` rejects with 401 if the token
 * was revoked or the account is gone.
 */
export async function openSession(deps: Deps, token: string): Promise<Session> {
  const claims = await deps.tokens.verify(token);
  if (!claims) throw refuse();
  const account = deps.store.users.find(claims.sub).then((row) => {
    if (!row?.revoked || row.epoch !== claims.epoch) throw refuse();
    if (row.revoked.some((entry) => entry.jti === claims.jti)) throw refuse();
    return { id: row.$id, username: row.username, role: row.role, account: row };
  });
  return { accountId: claims.sub, account, tokenId: claims.jti, expiresAt: claims.expiresAt };
}

/** 401 if the account is gone. Called after a commit that failed at `requireAccount`. */
export async function refuseErased(deps: Deps, accountId: string): Promise<void> {
  if (!(await deps.store.users.find(accountId))) throw refuse();
}
