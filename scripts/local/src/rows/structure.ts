import { isIP } from 'node:net';
import type { Engine } from '../database/engine.ts';
import type { Column, Table } from '../project/types.ts';
import { isNormalDate } from './cells.ts';
import { isText, RowFailure } from './types.ts';

type Data = Record<string, unknown>;
type Check = { table: Table; engine: Engine };

const systemKeys = new Set(['$id', '$sequence', '$createdAt', '$updatedAt', '$permissions', '$collection', '$tenant']);
/** Characters of text types that declare no size. */
const sizes: Record<string, number> = { text: 65_535, mediumtext: 16_777_215, longtext: 4_294_967_295, enum: 255 };
const largestWhole = 2 ** 63;

/**
 * Throws for a row that does not fit its table, in Appwrite's order: missing, unknown, wrong. Expects normalised dates.
 */
export function checkStructure(check: Check, row: Data): void {
  for (const { key, required } of check.table.columns) {
    if (required && isMissing(row[key])) refuse(`Missing required attribute "${key}"`);
  }
  for (const key of ['$createdAt', '$updatedAt']) {
    if (isMissing(row[key])) refuse(`Missing required attribute "${key}"`);
  }
  checkPart(check, row);
}

/** As `checkStructure`, for partial data: nothing has to be present. */
export function checkPart({ table, engine }: Check, data: Data): void {
  for (const key of Object.keys(data)) {
    const known = systemKeys.has(key) || table.columns.some((column) => column.key === key);
    if (!known) refuse(`Unknown attribute: "${key}"`);
  }
  for (const key of ['$createdAt', '$updatedAt']) {
    if (data[key] !== undefined && !isStorableDate(engine, data[key])) refuse(invalidMessage(key, 'type', dateRule));
  }
  for (const column of table.columns) if (column.key in data) checkColumn(engine, column, data[column.key]);
}

/** The database itself checks the bytes of a column, after all other checks. */
export function checkBytes({ table, engine }: Check, row: Data): void {
  if (engine.wideValues) return;
  for (const { key, type, array } of table.columns) {
    const value = row[key];
    if (type !== 'text' || array || typeof value !== 'string') continue;
    if (Buffer.byteLength(value) > 65_535) throw new RowFailure('sql', key, `Data too long for column '${key}'`);
  }
}

function checkColumn(engine: Engine, column: Column, value: unknown): void {
  const { key, required, array } = column;
  if (isMissing(value) && !required) return;
  if (!array) {
    checkValue(engine, column, { label: key, value });
    return;
  }
  if (!Array.isArray(value)) refuse(`Attribute "${key}" must be an array`);
  for (const [index, item] of value.entries()) {
    if (item !== null || required) checkValue(engine, column, { label: `${key}['${index}']`, value: item });
  }
}

function checkValue(engine: Engine, column: Column, { label, value }: { label: string; value: unknown }): void {
  const rule = brokenRule(engine, column, value);
  if (rule) refuse(invalidMessage(label, column.format ? 'format' : 'type', rule));
}

const dateRule = 'Value must be valid date between 1000-01-01 00:00:00 and 9999-12-31 23:59:59.';

/** The rule that the value breaks; undefined if it fits. */
function brokenRule(engine: Engine, column: Column, value: unknown): string | undefined {
  if (isText(column)) return brokenTextRule(column, value);
  switch (column.type) {
    case 'integer':
    case 'bigint':
      if (!Number.isInteger(value) || Math.abs(Number(value)) >= largestWhole) return 'Value must be a valid integer';
      return brokenRange(column, Number(value));
    case 'double':
    case 'float':
      return typeof value === 'number' ? brokenRange(column, value) : 'Value must be a valid float';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'Value must be a valid boolean';
    case 'datetime':
      return isStorableDate(engine, value) ? undefined : dateRule;
    default:
      return Array.isArray(value) ? undefined : 'Value must be an array of coordinates';
  }
}

function brokenTextRule(column: Column, value: unknown): string | undefined {
  const size = column.size ?? sizes[column.format ?? column.type] ?? 0;
  if (typeof value !== 'string' || (size > 0 && value.length > size && [...value].length > size)) {
    return `Value must be a valid string and at least 0 chars and no longer than ${size} chars`;
  }
  return hasFormat(column, value) ? undefined : `Value must be a valid ${column.format ?? column.type}`;
}

function brokenRange({ min = -Infinity, max = Infinity }: Column, value: number): string | undefined {
  return value < min || value > max ? `Value must be a valid range between ${min} and ${max}` : undefined;
}

/** MariaDB accepts years from 1000 on; no database accepts times after the last whole second of 9999. */
function isStorableDate(engine: Engine, value: unknown): boolean {
  if (typeof value !== 'string' || !isNormalDate(value) || Number.isNaN(Date.parse(value))) return false;
  return (engine.wideValues || value >= '1000') && value <= '9999-12-31T23:59:59.000+00:00';
}

const emailPart = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const email = new RegExp(`^(?!.{65,}@)${emailPart}(\\.${emailPart})*@(${label}\\.)+${label}$`, 'i');
const url = /^([a-z][a-z0-9+.-]*:\/\/[^\s/?#]+|(mailto|news|file):)[\x21-\x7e]*$/i;

/** The formats of text columns, checked as PHP's `filter_var` does. */
function hasFormat(column: Column, value: string): boolean {
  switch (column.format ?? column.type) {
    case 'enum':
      return column.elements?.includes(value) ?? true;
    case 'email':
      return email.test(value);
    case 'ip':
      return isIP(value) !== 0;
    case 'url':
      return /^[\x21-\x7e]*$/.test(value) && url.test(value) && URL.canParse(value);
    default:
      return true;
  }
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function invalidMessage(key: string, what: 'type' | 'format', rule: string): string {
  return `Attribute "${key}" has invalid ${what}. ${rule}`;
}

function refuse(reason: string): never {
  throw new RowFailure('structure', '', `Invalid document structure: ${reason}`);
}
