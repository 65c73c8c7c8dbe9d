import type { Deps } from '#shared/compose.ts';
import { type Actor, canonicalUsername } from '#shared/domain/account.ts';
import { Refusal, shown } from '#shared/domain/problems.ts';
import { openSession } from '#shared/services/auth/open-session.ts';
import type { Caller, Route } from './route.ts';
import type { Incoming } from './runtime.ts';

const HOW = 'Send the TOKEN of the answer of POST /login in the header TOKEN, and nothing else in it.';

function tokenMissing({ headers }: Incoming): Refusal {
  const isBearer = /^bearer /i.test(headers.authorization ?? '');
  const elsewhere = isBearer ? ' The header Authorization is not read.' : '';
  return new Refusal('token_missing', `Send the token you got from POST /login in the header TOKEN.${elsewhere}`);
}

/** What is wrong with the TOKEN header; undefined when it may be a token. */
function tokenFlaw(token: string): string | undefined {
  if (token.trim() === '') return 'is empty';
  if (/^\s*bearer\b/i.test(token)) return 'begins with the word Bearer';
  if (/^\s*(undefined|null|\[object \w+\])\s*$/.test(token)) return 'holds no token but the name of an empty variable';
  if (/^\s*["'`{<[]/.test(token)) return 'has quotes or brackets around the token';
  if (/[,\s]/.test(token.trim())) return 'holds more than the token';
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token.trim())) return 'holds something that is no token';
  return undefined;
}

function anonymousCaller(incoming: Incoming): Caller {
  return {
    actor: async () => {
      throw tokenMissing(incoming);
    },
    viewer: async () => undefined,
    accountId: '',
    tokenId: '',
    tokenExpiresAt: new Date(0),
  };
}

function refuseOtherUsername(actor: Actor, header: string | undefined): void {
  if (header === undefined || (canonicalUsername(header) ?? header) === actor.username) return;
  const detail = `The header USERNAME must name the user of the token; ${shown(header)} was sent.`;
  throw new Refusal('username_mismatch', detail);
}

/**
 * Returns the caller of a request. Checks the token's signature first (401), and returns while the account is still
 * being read.
 */
export async function authenticate(incoming: Incoming, route: Route, deps: Deps): Promise<Caller> {
  if (route.access === 'public') return anonymousCaller(incoming);
  const { token, username } = incoming.headers;
  if (token === undefined) {
    if (route.access === 'optional') return anonymousCaller(incoming);
    throw tokenMissing(incoming);
  }
  const flaw = tokenFlaw(token);
  if (flaw !== undefined) throw new Refusal('token_invalid', `The header TOKEN ${flaw}. ${HOW}`);
  const session = await openSession(deps, token);
  if (route.needsUsername && username === undefined) {
    throw new Refusal('username_mismatch', 'Send the username of the token in the header USERNAME.');
  }
  const actor = session.account.then((account) => {
    refuseOtherUsername(account, username);
    return account;
  });
  // The caller awaits it later. Until then its rejection must not count as unhandled.
  actor.catch(() => undefined);
  const { accountId, tokenId, expiresAt: tokenExpiresAt } = session;
  return { actor: () => actor, viewer: () => actor, accountId, tokenId, tokenExpiresAt };
}
