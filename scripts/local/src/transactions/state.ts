import { isFields } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import { type Table, tableKey } from '../project/types.ts';
import type { Condition } from '../rows/conditions.ts';
import type { Plan } from '../rows/plan.ts';
import { parseQueries, type Query } from '../rows/query.ts';
import type { Reading, RowStore } from '../rows/store.ts';
import type { Row } from '../rows/types.ts';
import type { Staged } from './log.ts';

type Document = Record<string, unknown>;
type Entry = { action: 'create' | 'update' | 'upsert' | 'delete'; document: Document };

/**
 * What reads in a transaction see: committed rows overlaid with staged values, with the gaps of Appwrite's own
 * `TransactionState`. New rows have only their staged values; increments are seen in the older API only; staged rows
 * come last in a list, whatever its filters.
 */
export class TransactionState {
  readonly #rows: RowStore;
  readonly #tables = new Map<string, Map<string, Entry>>();

  constructor(rows: RowStore, staged: readonly Staged[]) {
    this.#rows = rows;
    for (const operation of staged) this.#replay(operation);
  }

  find(table: Table, id: string): Row | undefined {
    const committed = this.#rows.find(table, id);
    const entry = this.#of(table).get(id);
    if (!entry) return committed;
    if (entry.action === 'delete') return undefined;
    if (entry.action === 'create') return entry.document as Row;
    if (committed) return overlaid(committed, entry);
    return entry.action === 'upsert' ? (entry.document as Row) : undefined;
  }

  list(table: Table, plan: Plan, reading: Reading): Row[] {
    const found = new Map(this.#rows.list(table, plan, reading).map((row) => [row.$id, row]));
    for (const [id, entry] of this.#of(table)) {
      const committed = found.get(id);
      if (entry.action === 'delete') found.delete(id);
      else if (entry.action === 'create') found.set(id, entry.document as Row);
      else if (committed) found.set(id, overlaid(committed, entry));
      else if (entry.action === 'upsert') found.set(id, entry.document as Row);
    }
    return [...found.values()];
  }

  count(table: Table, plan: Plan, visible: Condition): number {
    let total = this.#rows.count(table, plan, visible);
    const found = new Set(this.#rows.list(table, plan, { visible, columns: [] }).map((row) => row.$id));
    for (const [id, { action, document }] of this.#of(table)) {
      const was = found.has(id);
      const matches = action !== 'delete' && plan.filters.every((filter) => isMatch(document, filter));
      if (action === 'create') total += matches ? 1 : 0;
      else if (was && !matches) total -= 1;
      else if (!was && matches && action === 'upsert') total += 1;
    }
    return Math.max(0, total);
  }

  #of({ databaseId, id }: Table): Map<string, Entry> {
    return this.#entries(databaseId, id);
  }

  #entries(databaseId: string, tableId: string): Map<string, Entry> {
    const key = tableKey(databaseId, tableId);
    const entries = this.#tables.get(key) ?? new Map<string, Entry>();
    this.#tables.set(key, entries);
    return entries;
  }

  #replay({ databaseId, tableId, action, rowId, data }: Staged): void {
    const entries = this.#entries(databaseId, tableId);
    const fields: Document = { ...(data as Document) };
    const id = rowId ?? String(fields.$id ?? '');
    switch (action) {
      case 'create':
        entries.set(id, { action: 'create', document: { $id: id, ...fields } });
        return;
      case 'update':
        change(entries, id, () => fields);
        return;
      case 'upsert':
        entries.set(id, { action: 'upsert', document: fields });
        return;
      case 'delete':
        entries.set(id, { action: 'delete', document: {} });
        return;
      case 'increment':
      case 'decrement':
        count(entries, id, { ...fields, sign: action === 'increment' ? 1 : -1 });
        return;
      case 'bulkCreate':
      case 'bulkUpsert':
        for (const row of Object.values(fields)) addRow(entries, action, row);
        return;
      default:
        changeMatching(entries, action, fields);
    }
  }
}

function change(entries: Map<string, Entry>, id: string, values: (old: Document) => Document): void {
  const entry = entries.get(id);
  if (entry?.action === 'delete') throw new ApiError('general_unknown', 'Server Error');
  const { $id, ...rest } = values(entry?.document ?? {});
  if (entry) Object.assign(entry.document, rest);
  else entries.set(id, { action: 'update', document: rest });
}

/**
 * Appwrite looks for `attribute` only, which the older API sends. Tables send `column`, so their steps are not seen.
 */
function count(entries: Map<string, Entry>, id: string, { attribute, value = 1, sign }: Document): void {
  if (attribute === undefined) return;
  const key = String(attribute);
  change(entries, id, (old) => ({ [key]: Number(old[key] ?? 0) + Number(sign) * Number(value) }));
}

function addRow(entries: Map<string, Entry>, action: string, row: unknown): void {
  // PHP fails on a row that is not an object, and so does every later call that reads the state.
  if (!isFields(row)) throw new ApiError('general_unknown', 'Server Error');
  const id = String(row.$id ?? '');
  const entry = entries.get(id);
  if (action === 'bulkCreate') entries.set(id, { action: 'create', document: { ...row } });
  else if (entry) Object.assign(entry.document, row);
  else if (id !== '') entries.set(id, { action: 'upsert', document: { ...row } });
}

function changeMatching(entries: Map<string, Entry>, action: string, { queries, data }: Document): void {
  const filters = parseQueries(queries);
  for (const [id, entry] of entries) {
    if (entry.action === 'delete' || !filters.every((filter) => isMatch(entry.document, filter))) continue;
    if (action === 'bulkDelete') entries.set(id, { action: 'delete', document: {} });
    else Object.assign(entry.document, data, { $id: entry.document.$id });
  }
}

function overlaid(committed: Row, { document: { $id, ...values } }: Entry): Row {
  return { ...committed, ...values };
}

type Test = (value: unknown, values: unknown[]) => boolean;

const order = (compare: (a: number | string, b: number | string) => boolean): Test => {
  return (value, [bound]) => compare(value as number, bound as number);
};

/** The filters that Appwrite applies to staged values; any other query matches them. */
const tests: Record<string, Test> = {
  equal: (value, values) => values.includes(value ?? null),
  notEqual: (value, values) => !values.includes(value ?? null),
  contains: (value, values) => Array.isArray(value) && values.some((one) => value.includes(one)),
  startsWith: (value, values) => typeof value === 'string' && values.some((one) => value.startsWith(String(one))),
  endsWith: (value, values) => typeof value === 'string' && values.some((one) => value.endsWith(String(one))),
  greaterThan: order((a, b) => a > b),
  greaterThanEqual: order((a, b) => a >= b),
  lessThan: order((a, b) => a < b),
  lessThanEqual: order((a, b) => a <= b),
  isNull: (value) => (value ?? null) === null,
  isNotNull: (value) => (value ?? null) !== null,
  between: (value, [from, to]) => (value as number) >= (from as number) && (value as number) <= (to as number),
};

function isMatch(document: Document, { method, attribute, values }: Query): boolean {
  return tests[method]?.(document[attribute], values) ?? true;
}
