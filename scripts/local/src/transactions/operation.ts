import { type Fields, isFields } from '../http/call.ts';
import { invalidParam } from '../http/errors.ts';
import { isNumeric } from '../http/parameters.ts';
import type { Dialect } from '../rows/dialect.ts';
import { RowFailure } from '../rows/types.ts';
import type { Step } from '../rows/writer.ts';
import type { Operation } from './log.ts';

const single = ['create', 'update', 'upsert', 'delete', 'increment', 'decrement'];
const bulk = ['bulkCreate', 'bulkUpdate', 'bulkUpsert', 'bulkDelete'];

/** Reads an operation to be staged, as Appwrite validates it. The commit checks its effect on rows. */
export function readOperation(value: unknown, dialect: Dialect): Operation {
  const fields = isFields(value) || Array.isArray(value) ? (value as Fields) : refuse('Value must be an array');
  const rowKey = `${dialect.item}Id`;
  const parentKey = `${dialect.parent}Id`;
  const [databaseId, action, tableId] = ['databaseId', 'action', parentKey].map((key) => text(fields, key));
  if (!databaseId || !tableId || !action || ![...single, ...bulk].includes(action))
    refuse(`Key 'action' must be one of: ${[...single, ...bulk].join(', ')}`);
  const hasRow = single.includes(action) || fields[rowKey] !== undefined;
  const rowId = hasRow ? text(fields, rowKey) : null;
  return { action, databaseId, tableId, rowId, data: readData(action, fields, dialect) };
}

function readData(action: string, fields: Fields, dialect: Dialect): unknown {
  const { data } = fields;
  if (data === undefined && action === 'delete') return {};
  if (data === undefined) refuse('Missing required key: data');
  if (typeof data !== 'object' || data === null) refuse("Key 'data' must be an array");
  const { queries, data: change, value, ...rest } = data as Fields;
  if ((action === 'bulkUpdate' || action === 'bulkDelete') && !Array.isArray(queries))
    refuse(`Key 'queries' must be an array for ${action}`);
  if (action === 'bulkUpdate' && (typeof change !== 'object' || change === null))
    refuse(`Key 'data.data' must be an array for ${action}`);
  if (action === 'increment' || action === 'decrement') {
    const column = columnKey(dialect);
    if (rest[column] === undefined) refuse(`Key '${column}' is required in data for ${action}`);
    if (value !== undefined && !isNumeric(value)) refuse(`Key 'value' must be a numeric value for ${action}`);
  }
  return data;
}

export function columnKey({ item }: Dialect): 'column' | 'attribute' {
  return item === 'row' ? 'column' : 'attribute';
}

/** The step of an increment or decrement. A limit that is not a number fails, as PHP does on a wrong type. */
export function readStep(action: string, data: Fields): Step {
  const down = action === 'decrement';
  const column = String(data.column ?? data.attribute ?? '');
  const limit = data[down ? 'min' : 'max'] ?? undefined;
  if (limit !== undefined && !isNumeric(limit)) throw new RowFailure('sql', column, 'The limit is not a number.');
  return { column, by: Number(data.value ?? 1), down, limit: limit === undefined ? undefined : Number(limit) };
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (value === undefined) refuse(`Missing required key: ${key}`);
  if (typeof value !== 'string' || value.trim() === '') refuse(`Key '${key}' must be a non-empty string`);
  return value;
}

function refuse(reason: string): never {
  throw invalidParam('operations', `Value must a valid array and ${reason}`);
}
