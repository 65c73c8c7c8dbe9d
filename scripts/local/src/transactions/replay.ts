import { isFields } from '../http/call.ts';
import type { Project, Table } from '../project/types.ts';
import { tableKey } from '../project/types.ts';
import { makePlan } from '../rows/plan.ts';
import { parseQueries } from '../rows/query.ts';
import type { RowStore } from '../rows/store.ts';
import { type Row, RowFailure } from '../rows/types.ts';
import type { Data, RowWriter, Step } from '../rows/writer.ts';
import type { Staged } from './log.ts';

/** A change that a commit made and that subscribers may hear of; bulk changes are not among them. */
export type Change = { table: Table; action: 'create' | 'update' | 'delete'; row: Row };
type Parts = { project: Project; rows: RowStore; writer: RowWriter };

/**
 * Applies staged operations in order. A row that this transaction has already written is not guarded again;
 * any other must not have changed since the operation was staged.
 */
export class Replay {
  readonly changes: Change[] = [];
  readonly #parts: Parts;
  readonly #written = new Set<string>();
  currentRowId = 'unknown';

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  apply(operation: Staged): void {
    const table = this.#parts.project.tables.get(tableKey(operation.databaseId, operation.tableId));
    this.currentRowId = operation.rowId ?? 'unknown';
    if (!table) throw new RowFailure('missing', operation.tableId);
    if (operation.action.startsWith('bulk')) this.#applyBulk(table, operation);
    else this.#applySingle(table, operation);
  }

  #applySingle(table: Table, operation: Staged): void {
    const { writer } = this.#parts;
    const data = isFields(operation.data) ? operation.data : {};
    const id = operation.rowId ?? String(data.$id ?? '');
    const guard = { timestamp: this.#written.has(key(table, id)) ? undefined : operation.stagedAt };
    switch (operation.action) {
      case 'create':
        this.#note(table, 'create', writer.create(table, { ...data, $id: data.$id ?? id }));
        return;
      case 'update':
        this.#note(table, 'update', writer.update(table, id, { data, ...guard }));
        return;
      case 'upsert':
        this.#note(table, 'update', writer.upsert(table, { ...data, $id: String(data.$id ?? id) }, guard));
        return;
      case 'delete':
        this.changes.push({ table, action: 'delete', row: writer.remove(table, id, guard) });
        this.#written.delete(key(table, id));
        return;
      default:
        this.#note(table, 'update', writer.increase(table, id, readStep(operation.action, data)));
    }
  }

  #applyBulk(table: Table, { action, data, stagedAt }: Staged): void {
    const { writer } = this.#parts;
    const rows = Array.isArray(data) ? data.filter(isFields) : [];
    if (action === 'bulkCreate') {
      for (const row of rows) this.#remember(table, writer.create(table, row));
    } else if (action === 'bulkUpsert') {
      for (const row of rows) {
        const id = String(row.$id);
        this.#remember(table, writer.upsert(table, { ...row, $id: id }, this.#guard(table, id, stagedAt)));
      }
    } else {
      const { queries, data: change } = isFields(data) ? data : {};
      for (const row of this.#matching(table, queries)) {
        const guard = this.#guard(table, row.$id, stagedAt);
        if (action === 'bulkDelete') writer.remove(table, row.$id, guard);
        else this.#remember(table, writer.apply(table, row, { data: isFields(change) ? change : {}, ...guard }));
      }
    }
  }

  #matching(table: Table, queries: unknown): Row[] {
    const parsed = parseQueries(queries);
    const plan = makePlan(table, parsed);
    if (!parsed.some((query) => query.method === 'limit')) plan.limit = -1;
    return this.#parts.rows.list(table, plan);
  }

  #guard(table: Table, id: string, stagedAt: number): { timestamp: number | undefined } {
    return { timestamp: this.#written.has(key(table, id)) ? undefined : stagedAt };
  }

  #note(table: Table, action: Change['action'], row: Row): void {
    this.changes.push({ table, action, row });
    this.#remember(table, row);
  }

  #remember(table: Table, row: Row): void {
    this.#written.add(key(table, row.$id));
  }
}

export function readStep(action: string, data: Data): Step {
  const amount = typeof data.value === 'number' ? data.value : 1;
  return {
    column: String(data.column ?? data.attribute ?? ''),
    value: action === 'decrement' ? -amount : amount,
    max: typeof data.max === 'number' ? data.max : undefined,
    min: typeof data.min === 'number' ? data.min : undefined,
  };
}

function key(table: Table, id: string): string {
  return `${tableKey(table.databaseId, table.id)}/${id}`;
}
