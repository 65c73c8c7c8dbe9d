import { type Account, listByRole } from '#shared/appwrite/accounts.ts';
import { listNameWords, nameKey, wordsOfAccount } from '#shared/appwrite/name-words.ts';
import type { Deps } from '#shared/compose.ts';
import type { Role } from '#shared/domain/account.ts';
import { mayOnAccount } from '#shared/domain/policy.ts';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { beginningsOf } from '#shared/domain/words.ts';
import type { AccountActor } from '../auth/open-session.ts';
import { openCursor, sealCursor } from '../complaints/cursor.ts';

export type AccountSearch = { role?: Role | undefined; q?: string | undefined; after?: string | undefined };
export type AccountPage = { accounts: Account[]; next: string | null };

const PAGE = 100;
/** The most words that are read for one page. If few of them match, the page is short and its cursor continues. */
const MAX_WORDS = 1_000;
const WORDS_AT_ONCE = 250;

type PagePosition = { accounts: Account[]; last: string | undefined };

function refuse(actor: AccountActor, { role, q }: AccountSearch): void {
  const isStaffList = q === undefined && role !== 'user';
  if (mayOnAccount(actor, isStaffList ? 'listStaff' : 'listUsers', actor.username)) return;
  throw new Refusal('forbidden', isStaffList ? 'Only staff may list the staff.' : 'Only an admin may list users.');
}

/**
 * The key of the first word that matches `lookedUp`. A search lists an account only at this word, so it appears once.
 */
function shownBy(account: Account, beginnings: readonly string[], lookedUp: string): string | undefined {
  const words = wordsOfAccount(account);
  const begins = (beginning: string) => words.filter((word) => word.startsWith(beginning));
  if (!beginnings.every((beginning) => begins(beginning).length > 0)) return undefined;
  return begins(lookedUp)
    .map((word) => nameKey(word, account.$id))
    .sort()[0];
}

async function findByWords(
  deps: Deps,
  { role, q = '' }: AccountSearch,
  after: string | undefined,
): Promise<PagePosition> {
  const beginnings = beginningsOf(q);
  // The longest part usually matches the fewest names.
  const [lookedUp] = beginnings.toSorted((one, other) => other.length - one.length);
  if (lookedUp === undefined) throw invalidField('q', 'too_short', 'must hold the beginning of a name');
  const accounts: Account[] = [];
  let last = after;
  for (let read = 0; read < MAX_WORDS; read += WORDS_AT_ONCE) {
    const rows = await listNameWords(deps.store, { beginning: lookedUp, after: last, limit: WORDS_AT_ONCE });
    const found = await deps.store.users.findMany([...new Set(rows.map((row) => row.accountId))]);
    const byId = new Map(found.map((account) => [account.$id, account]));
    for (const { key, accountId } of rows) {
      last = key;
      const account = byId.get(accountId);
      const fits = account && (role === undefined || account.role === role);
      if (fits && shownBy(account, beginnings, lookedUp) === key) accounts.push(account);
      if (accounts.length === PAGE) return { accounts, last };
    }
    if (rows.length < WORDS_AT_ONCE) return { accounts, last: undefined };
  }
  return { accounts, last };
}

async function listRole(deps: Deps, role: Role, after: string | undefined): Promise<PagePosition> {
  const rows = await listByRole(deps.store, [role], PAGE + 1, after);
  const accounts = rows.slice(0, PAGE);
  return { accounts, last: rows.length > PAGE ? accounts.at(-1)?.username : undefined };
}

/**
 * A page of up to 100 accounts: those of a role by username, or those where each part of `q` starts the username or a
 * word of the name. Lists of staff and admins are for staff and admins, all others for admins: 403.
 */
export async function listAccounts(deps: Deps, actor: AccountActor, search: AccountSearch): Promise<AccountPage> {
  refuse(actor, search);
  const kind = JSON.stringify(['accounts', search.role ?? null, search.q ?? null]);
  const after = search.after === undefined ? undefined : String(openCursor(deps.config, kind, search.after));
  const { role, q } = search;
  const isRole = q === undefined && role !== undefined;
  const { accounts, last } = await (isRole ? listRole(deps, role, after) : findByWords(deps, search, after));
  return { accounts, next: last === undefined ? null : sealCursor(deps.config, kind, last) };
}
