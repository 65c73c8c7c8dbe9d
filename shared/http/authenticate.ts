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
function decorationOf(token: string): string | undefined {
  if (token.trim() === '') return 'is empty';
  if (/^\s*bearer\b/i.test(token)) return 'begins with the word Bearer';
  if (/^\s*(undefined|null|\[object \w+\])\s*$/.test(token)) return 'holds no token but the name of an empty variable';
  if (/^\s*["'`{<[]/.test(token)) return 'has quotes or brackets around the token';
  if (/[,\s]/.test(token.trim())) return 'holds more than the token';
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token.trim())) return 'holds something that is no token';
  return undefined;
}

function strangerOf(incoming: Incoming): Caller {
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

/** The caller of a request. Checks the token's signature at once (401); the account is still being read when this returns. */
export async function authenticate(incoming: Incoming, route: Route, deps: Deps): Promise<Caller> {
  if (route.access === 'public') return strangerOf(incoming);
  const { token, username } = incoming.headers;
  if (token === undefined) {
    if (route.access === 'optional') return strangerOf(incoming);
    throw tokenMissing(incoming);
  }
  const decoration = decorationOf(token);
  if (decoration !== undefined) throw new Refusal('token_invalid', `The header TOKEN ${decoration}. ${HOW}`);
  const session = await openSession(deps, token);
  if (route.needsUsername && username === undefined) {
    throw new Refusal('username_mismatch', 'Send the username of the token in the header USERNAME.');
  }
  const actor = session.account.then((account) => {
    refuseOtherUsername(account, username);
    return account;
  });
  // The caller awaits it later; until then it must not count as an unhandled rejection.
  actor.catch(() => undefined);
  const { accountId, tokenId, expiresAt: tokenExpiresAt } = session;
  return { actor: () => actor, viewer: () => actor, accountId, tokenId, tokenExpiresAt };
}
