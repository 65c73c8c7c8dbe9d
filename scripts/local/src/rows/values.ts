import type { Cell } from '../database.ts';
import type { Column } from '../project/types.ts';
import { isDate, toCell } from './cells.ts';
import { fold } from './fold.ts';
import { invalidQuery } from './query.ts';
import { isText } from './types.ts';

/** A value of a query as the column compares it; a value of another type is refused. */
export function queryValue(column: Column, value: unknown): Cell {
  if (!fits(column, value)) throw invalidQuery(`Query value is invalid for attribute "${column.key}"`);
  return isText(column) ? fold(String(value)) : toCell(column, value);
}

function fits(column: Column, value: unknown): boolean {
  if (isText(column)) return typeof value === 'string';
  switch (column.type) {
    case 'sequence':
      return /^\d+$/.test(String(value));
    case 'integer':
    case 'bigint':
      return typeof value === 'number' && Number.isInteger(value);
    case 'double':
    case 'float':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'datetime':
      return isDate(value);
    default:
      return false;
  }
}
