import type { SQLInputValue } from 'node:sqlite';
import { formatDate } from '../clock.ts';
import type { Cell, Cells } from '../database.ts';
import type { Column, Table } from '../project/types.ts';
import { parseDate } from './dates.ts';
import type { NewRow, Row } from './types.ts';

const jsonTypes = new Set(['point', 'linestring', 'line', 'polygon', 'object']);

export function toCell(column: Column, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (column.array || jsonTypes.has(column.type)) return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (column.type === 'datetime' && typeof value === 'string') return normalDate(value);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint') return value;
  return JSON.stringify(value);
}

export function fromCell(column: Column, cell: SQLInputValue | undefined): unknown {
  if (cell === null || cell === undefined) return null;
  if (column.array || jsonTypes.has(column.type)) return JSON.parse(String(cell));
  if (column.type === 'boolean') return cell === 1;
  return cell;
}

/** Dates are stored in one format, so that text order is time order. */
export function normalDate(value: string): string {
  if (isNormalDate(value)) return value;
  return formatDate(parseDate(value, Date.now()) ?? Number.NaN);
}

export function isNormalDate(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/.test(value);
}

/** Whether it is a date with a year, as queries and expiry dates require. */
export function isDate(value: unknown): value is string {
  return typeof value === 'string' && /(?<!\d)\d{4}(?!\d)/.test(value) && parseDate(value, 0) !== undefined;
}

export function toRow({ columns }: Pick<Table, 'columns'>, cells: Cells): Row {
  const row: Row = {
    $id: String(cells.$id),
    $sequence: Number(cells.$sequence),
    $createdAt: String(cells.$createdAt),
    $updatedAt: String(cells.$updatedAt),
    $permissions: cells.$permissions === '[]' ? [] : JSON.parse(String(cells.$permissions)),
  };
  for (const column of columns) row[column.key] = fromCell(column, cells[column.key]);
  return row;
}

/** The row as it reads after it has been stored. */
export function asStored<T extends NewRow>(table: Table, row: T): T {
  const stored: T = { ...row };
  for (const column of table.columns)
    Object.assign(stored, { [column.key]: fromCell(column, toCell(column, row[column.key])) });
  return stored;
}
