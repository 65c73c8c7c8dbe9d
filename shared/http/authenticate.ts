import type { Deps } from '#shared/compose.ts';
import { type Actor, canonicalUsername } from '#shared/domain/account.ts';
import { Refusal } from '#shared/domain/problems.ts';
import { openSession } from '#shared/services/auth/open-session.ts';
import type { Caller, Route } from './route.ts';
import type { Incoming } from './runtime.ts';

function nobody(): never {
  throw new Refusal('token_missing', 'Send the token you got from POST /login in the header TOKEN.');
}

const STRANGER: Caller = {
  actor: async () => nobody(),
  viewer: async () => undefined,
  accountId: '',
  tokenId: '',
  tokenExpiresAt: new Date(0),
};

function refuseOtherUsername(actor: Actor, header: string | undefined): void {
  if (header === undefined || (canonicalUsername(header) ?? header) === actor.username) return;
  throw new Refusal('username_mismatch', 'The header USERNAME must name the user of the token.');
}

/** The caller of a request. The token is judged here and now (401); the account is already being read when this returns. */
export async function authenticate(incoming: Incoming, route: Route, deps: Deps): Promise<Caller> {
  if (route.access === 'public') return STRANGER;
  const { token, username } = incoming.headers;
  if (token === undefined) return route.access === 'optional' ? STRANGER : nobody();
  const session = await openSession(deps, token);
  if (route.needsUsername && username === undefined) {
    throw new Refusal('username_mismatch', 'Send the username of the token in the header USERNAME.');
  }
  const actor = session.account.then((account) => {
    refuseOtherUsername(account, username);
    return account;
  });
  // Whoever awaits it sees the refusal; until then it must not count as unhandled.
  actor.catch(() => undefined);
  const { accountId, tokenId, expiresAt: tokenExpiresAt } = session;
  return { actor: () => actor, viewer: () => actor, accountId, tokenId, tokenExpiresAt };
}
