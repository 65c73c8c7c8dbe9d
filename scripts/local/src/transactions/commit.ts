import { isFields } from '../http/call.ts';
import type { Project, Table } from '../project/types.ts';
import { tableKey } from '../project/types.ts';
import { makePlan, type Plan } from '../rows/plan.ts';
import { parseQueries } from '../rows/query.ts';
import type { RowStore } from '../rows/store.ts';
import { type Row, RowFailure } from '../rows/types.ts';
import type { Data, RowWriter } from '../rows/writer.ts';
import type { Staged } from './log.ts';
import { readStep } from './operation.ts';

/** A change of a commit that is published as an event; bulk changes are not published. */
export type Change = { table: Table; action: 'create' | 'update' | 'delete'; row: Row };
type Parts = { project: Project; rows: RowStore; writer: RowWriter };
type Publication = { table: Table; action: Change['action']; id: string; deleted?: Row };

const commitOptions = { keepsDates: false };

/**
 * Applies staged operations in order. A row must not have changed since its operation was staged, unless this commit
 * has written it. Increments are never guarded.
 */
export class Commit {
  readonly #parts: Parts;
  /** The rows as this commit has left them. */
  readonly #written = new Map<string, Row>();
  readonly #publications: Publication[] = [];
  currentRowId = 'unknown';

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  apply(operation: Staged): void {
    const table = this.#parts.project.tables.get(tableKey(operation.databaseId, operation.tableId));
    this.currentRowId = operation.rowId ?? 'unknown';
    // A table that was deleted meanwhile is not a missing one for Appwrite, but an invalid structure of the row.
    if (!table)
      throw new RowFailure('structure', operation.tableId, 'Invalid document structure: Collection not found');
    if (operation.action.startsWith('bulk')) this.#applyBulk(table, operation);
    else this.#applySingle(table, operation);
  }

  /** The changes to publish, with each row as it is after the last operation. */
  changes(): Change[] {
    return this.#publications.flatMap(({ table, action, id, deleted }) => {
      const row = deleted ?? this.#parts.rows.find(table, id);
      return row ? [{ table, action, row }] : [];
    });
  }

  #applySingle(table: Table, { action, rowId, data: given, stagedAt }: Staged): void {
    const { writer } = this.#parts;
    const id = rowId ?? '';
    const data = isFields(given) ? given : { ...(given as object) };
    const guard = { ...commitOptions, timestamp: this.#written.has(key(table, id)) ? undefined : stagedAt };
    switch (action) {
      case 'create':
        this.#recordWritten(table, writer.create(table, { ...data, $id: data.$id ?? id }, commitOptions));
        this.#publications.push({ table, action: 'create', id });
        return;
      case 'update':
        this.#recordWritten(table, writer.update(table, id, { data, ...guard }), id);
        break;
      case 'upsert':
        this.#upsert(table, this.#merged(table, id, data), guard);
        break;
      case 'delete': {
        const deleted = writer.remove(table, id, guard);
        this.#written.delete(key(table, id));
        this.#publications.push({ table, action: 'delete', id, deleted });
        return;
      }
      default:
        this.#recordWritten(table, writer.increment(table, id, readStep(action, data)));
    }
    this.#publications.push({ table, action: 'update', id });
  }

  /** Writes the row with the data's `$id`. Without one it creates a row; the operation's `rowId` is ignored. */
  #upsert(table: Table, data: Data, guard: { timestamp: number | undefined }): void {
    for (const { row } of this.#parts.writer.upsertAll(table, [data], { ...commitOptions, ...guard }))
      this.#recordWritten(table, row);
  }

  /** Completes the data with what this commit has written to the row; the row's id stays. */
  #merged(table: Table, id: string, data: Data): Data {
    const written = this.#written.get(key(table, id));
    return written ? { ...written, ...data, $id: written.$id } : data;
  }

  #applyBulk(table: Table, { action, data, stagedAt }: Staged): void {
    const { writer, rows } = this.#parts;
    const fields: Data = isFields(data) ? data : {};
    const check = (old: Row) => {
      if (this.#written.has(key(table, old.$id)) || Date.parse(old.$updatedAt) <= stagedAt) return;
      throw new RowFailure('conflict', old.$id);
    };
    switch (action) {
      case 'bulkCreate':
        for (const row of writer.createAll(table, documents(data), commitOptions)) this.#recordWritten(table, row);
        return;
      case 'bulkUpsert': {
        // Appwrite drops rows without an `$id` here, unlike in the bulk route.
        const merged = documents(data)
          .filter(({ $id }) => $id)
          .map((row) => this.#merged(table, String(row.$id), row));
        for (const { row, old } of writer.upsertAll(table, merged, commitOptions)) {
          if (old) check(old);
          this.#recordWritten(table, row);
        }
        return;
      }
      case 'bulkUpdate': {
        const change = isFields(fields.data) ? fields.data : {};
        const plan = everyMatch(table, fields.queries);
        for (const row of writer.updateAll(table, plan, { data: change, check, ...commitOptions }))
          this.#recordWritten(table, row);
        return;
      }
      default:
        for (const row of rows.list(table, everyMatch(table, fields.queries))) {
          check(row);
          writer.remove(table, row.$id);
          this.#written.delete(key(table, row.$id));
        }
    }
  }

  #recordWritten(table: Table, row: Row, id = row.$id): void {
    this.#written.set(key(table, id), row);
  }
}

/** The plan of a bulk call: without a limit unless one is given. */
export function everyMatch(table: Table, queries: unknown): Plan {
  const parsed = parseQueries(queries);
  const plan = makePlan(table, parsed);
  if (!parsed.some(({ method }) => method === 'limit')) plan.limit = -1;
  return plan;
}

/** The rows of a bulk operation. A row that is not an object is a wrong type for PHP, which fails with 500. */
function documents(data: unknown): Data[] {
  return Object.values(data ?? {}).map((row) => {
    if (isFields(row)) return row;
    throw new RowFailure('sql', '', 'A row is not an object.');
  });
}

function key(table: Table, id: string): string {
  return `${tableKey(table.databaseId, table.id)}/${id}`;
}
