import { Query } from 'node-appwrite';
import type { Gateway } from '#shared/appwrite/gateway.ts';
import { DATABASE_ID, type TableId } from '#shared/appwrite/resources.ts';
import { canonicalUsername } from '#shared/domain/account.ts';
import type { Connection } from '../project/connect.ts';
import { type Finding, failure, good, warning } from './finding.ts';

const PAGE = 1_000;
/** At most this many rows are listed; the rest are counted. */
const MAX_LISTED = 20;

type Cell = { id: string; value: string | null };

/** The id of every row of a table, with the stored value of one column. */
async function columnOf({ tables }: Gateway, tableId: TableId, column: string): Promise<Cell[]> {
  const all: Cell[] = [];
  for (let after = ''; ; after = all.at(-1)?.id ?? '') {
    const seek = after === '' ? [] : [Query.greaterThan('$id', after)];
    const queries = [...seek, Query.select([column]), Query.orderAsc('$id'), Query.limit(PAGE)];
    const { rows } = await tables.listRows({ databaseId: DATABASE_ID, tableId, queries, total: false });
    for (const row of rows) all.push({ id: row.$id, value: row[column] ?? null });
    if (rows.length < PAGE) return all;
  }
}

/**
 * Finds usernames that an admin typed in the console in a non-canonical spelling, with capitals, blanks or other
 * letters. MariaDB still finds some of them; PostgreSQL and MongoDB find a name only in its exact spelling.
 */
export async function checkUsernames({ gateway }: Connection): Promise<Finding[]> {
  const [users, categories] = await Promise.all([
    columnOf(gateway, 'users', 'username'),
    columnOf(gateway, 'categories', 'assignee'),
  ]);
  const taken = new Set(users.map(({ value }) => value));
  const faults = [
    ...users.flatMap((row) => usernameFindings(row, taken)),
    ...categories.flatMap(({ id, value }) => assigneeFindings(id, value)),
  ];
  if (faults.length === 0) return [good('accounts', 'usernames', `${users.length}, all as the service writes them`)];
  const more = faults.length - MAX_LISTED;
  return [
    ...faults.slice(0, MAX_LISTED),
    ...(more > 0 ? [warning('accounts', 'usernames', `${more} more are written otherwise than the service does`)] : []),
  ];
}

function usernameFindings({ id, value }: Cell, taken: ReadonlySet<string | null>): Finding[] {
  const subject = `users/${id}`;
  const canonical = canonicalUsername((value ?? '').trim());
  if (canonical === value) return [];
  if (canonical === undefined)
    return [
      failure(
        'accounts',
        subject,
        `is written ${JSON.stringify(value)}, which is no username: nobody can log in by it`,
      ),
    ];
  if (taken.has(canonical)) {
    return [failure('accounts', subject, `is written ${JSON.stringify(value)}, and ${canonical} is another account`)];
  }
  return [
    warning('accounts', subject, `is written ${JSON.stringify(value)}: write ${canonical}, or it may not be found`),
  ];
}

function assigneeFindings(id: string, value: string | null): Finding[] {
  if (!value || canonicalUsername(value) === value) return [];
  const wanted = canonicalUsername(value.trim());
  const text = wanted === undefined ? 'which is no username' : `write ${wanted}`;
  return [warning('accounts', `categories/${id}`, `its assignee is written ${JSON.stringify(value)}: ${text}`)];
}
