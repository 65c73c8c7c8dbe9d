import type { Column, Table } from '../project/types.ts';
import { isDate } from './cells.ts';
import { hasFormat } from './formats.ts';
import { isText, RowFailure } from './types.ts';

type Data = Record<string, unknown>;

const systemKeys = new Set(['$id', '$sequence', '$createdAt', '$updatedAt', '$permissions']);

/** Refuses a row that does not fit its table, in Appwrite's order: missing, unknown, wrong. */
export function checkStructure(table: Table, row: Data): void {
  for (const column of table.columns) {
    if (column.required && (row[column.key] === undefined || row[column.key] === null)) {
      refuse(`Missing required attribute "${column.key}"`);
    }
  }
  checkKnown(table, row);
  for (const key of ['$createdAt', '$updatedAt']) {
    if (row[key] !== undefined && !isDate(row[key]))
      refuse(`Attribute "${key}" has invalid type. Value must be valid date.`);
  }
  for (const column of table.columns) checkColumn(column, row[column.key]);
}

export function checkKnown(table: Table, row: Data): void {
  for (const key of Object.keys(row)) {
    const known = systemKeys.has(key) || table.columns.some((column) => column.key === key);
    if (!known) refuse(`Unknown attribute: "${key}"`);
  }
}

function checkColumn(column: Column, value: unknown): void {
  if (value === undefined || (value === null && !column.required)) return;
  if (!column.array) {
    checkValue(column, column.key, value);
    return;
  }
  if (!Array.isArray(value)) refuse(`Attribute "${column.key}" must be an array`);
  else {
    for (const [index, item] of value.entries()) {
      if (item !== null || column.required) checkValue(column, `${column.key}['${index}']`, item);
    }
  }
}

function checkValue(column: Column, label: string, value: unknown): void {
  const complaint = typeComplaint(column, value);
  if (complaint) refuse(`Attribute "${label}" has invalid ${column.format ? 'format' : 'type'}. ${complaint}`);
}

function typeComplaint(column: Column, value: unknown): string | undefined {
  if (isText(column)) return textComplaint(column, value);
  switch (column.type) {
    case 'integer':
    case 'bigint':
    case 'double':
    case 'float':
      return numberComplaint(column, value);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'Value must be a valid boolean';
    case 'datetime':
      return isDate(value)
        ? undefined
        : 'Value must be valid date between 1000-01-01 00:00:00 and 9999-12-31 23:59:59.';
    default:
      return Array.isArray(value) ? undefined : 'Value must be an array of coordinates';
  }
}

function textComplaint(column: Column, value: unknown): string | undefined {
  const size = column.size ?? (column.format === 'enum' ? 255 : 0);
  if (typeof value !== 'string' || (size > 0 && [...value].length > size)) {
    return `Value must be a valid string and at least 0 chars and no longer than ${size} chars`;
  }
  return hasFormat(column, value) ? undefined : `Value must be a valid ${column.format ?? column.type}`;
}

function numberComplaint(column: Column, value: unknown): string | undefined {
  const whole = column.type === 'integer' || column.type === 'bigint';
  if (typeof value !== 'number' || (whole && !Number.isInteger(value))) {
    return `Value must be a valid ${whole ? 'signed 64-bit integer' : 'float'}`;
  }
  const min = column.min ?? Number.NEGATIVE_INFINITY;
  const max = column.max ?? Number.POSITIVE_INFINITY;
  return value < min || value > max ? `Value must be a valid range between ${min} and ${max}` : undefined;
}

function refuse(reason: string): never {
  throw new RowFailure('structure', '', `Invalid document structure: ${reason}`);
}
