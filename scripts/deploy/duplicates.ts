import { type Models, Query } from 'node-appwrite';
import type { DeclaredTable } from './declaration.ts';
import type { Remote } from './remote.ts';

const PAGE = 1000;

/**
 * Names the rows with equal values in these columns, or returns '' when there are none. Ignores case and accents, as
 * MariaDB does and the product does for usernames. Reads the whole table, 1000 rows a call.
 */
export async function findDuplicates(
  { tables }: Pick<Remote, 'tables'>,
  { databaseId, $id: tableId }: Pick<DeclaredTable, 'databaseId' | '$id'>,
  columns: readonly string[],
): Promise<string> {
  const first = new Map<string, string>();
  const duplicates: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = cursor === undefined ? [] : [Query.cursorAfter(cursor)];
    const queries = [Query.select(['$id', ...columns]), Query.limit(PAGE), ...page];
    const { rows } = await tables.listRows<Models.DefaultRow>({ databaseId, tableId, queries, total: false });
    for (const row of rows) {
      const values = columns.map((key) => row[key]);
      if (values.some((value) => value === null || value === undefined)) continue;
      const key = JSON.stringify(values.map((value) => fold(String(value))));
      const other = first.get(key);
      if (other === undefined) first.set(key, row.$id);
      else duplicates.push(`${other} and ${row.$id}`);
    }
    cursor = rows.at(-1)?.$id;
    if (rows.length < PAGE) break;
  }
  if (duplicates.length === 0) return '';
  const more = duplicates.length > 5 ? ` and ${duplicates.length - 5} more` : '';
  return `rows with equal ${columns.join(', ')}: ${duplicates.slice(0, 5).join('; ')}${more}`;
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
