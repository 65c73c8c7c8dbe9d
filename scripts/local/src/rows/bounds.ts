import type { Table } from '../project/types.ts';
import type { Condition } from './conditions.ts';
import type { Query } from './query.ts';
import { comparable, findColumn } from './schema.ts';
import { queryValue } from './values.ts';

const upper = new Set(['lessThan', 'lessThanEqual', 'equal']);
const lower = new Set(['greaterThan', 'greaterThanEqual', 'equal']);

/**
 * A keyset page reads `or(a < x, and(a = x, b < y))`. Every branch implies `a <= x`; saying so lets SQLite
 * start in the middle of an index instead of walking to it.
 */
export function impliedBounds(table: Table, query: Query, whole: Condition): Condition {
  const candidates = query.queries.flatMap((branch) => terms(branch).map((term) => term.attribute));
  for (const attribute of new Set(candidates)) {
    const column = findColumn(table, attribute);
    if (!column || column.array) continue;
    for (const [side, operator] of [
      [upper, '<='],
      [lower, '>='],
    ] as const) {
      const values = branchValues(query, attribute, side);
      if (!values) continue;
      const cells = values.map((value) => queryValue(column, value));
      const extreme = cells.reduce((a, b) =>
        a !== null && b !== null && (operator === '<=' ? a >= b : a <= b) ? a : b,
      );
      return { sql: `(${comparable(column)} ${operator} ? AND +${whole.sql})`, values: [extreme, ...whole.values] };
    }
  }
  return whole;
}

function terms(branch: Query): Query[] {
  return branch.method === 'and' ? branch.queries : [branch];
}

function branchValues(query: Query, attribute: string, side: Set<string>): unknown[] | undefined {
  const values: unknown[] = [];
  for (const branch of query.queries) {
    const term = terms(branch).find((part) => part.attribute === attribute && side.has(part.method));
    if (term?.values.length !== 1) return undefined;
    values.push(term.values[0]);
  }
  return values;
}
