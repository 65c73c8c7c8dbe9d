import { type Fields, isFields } from '../http/call.ts';
import { invalidParam } from '../http/errors.ts';
import type { Dialect } from '../rows/dialect.ts';
import type { Operation } from './log.ts';

const single = ['create', 'update', 'upsert', 'delete', 'increment', 'decrement'];
const bulk = ['bulkCreate', 'bulkUpdate', 'bulkUpsert', 'bulkDelete'];

/** Reads one staged operation as Appwrite validates it. */
export function readOperation(value: Fields, dialect: Dialect): Operation {
  const action = required(value, 'action');
  if (!single.includes(action) && !bulk.includes(action)) {
    refuse(`Key 'action' must be one of: ${[...single, ...bulk].join(', ')}`);
  }
  const needsRow = single.includes(action) && action !== 'create';
  const rowKey = `${dialect.item}Id`;
  if (needsRow || value[rowKey] !== undefined) required(value, rowKey);
  checkData(action, value, dialect);
  return {
    action,
    databaseId: required(value, 'databaseId'),
    tableId: required(value, `${dialect.parent}Id`),
    rowId: typeof value[rowKey] === 'string' ? value[rowKey] : null,
    data: value.data ?? {},
  };
}

function checkData(action: string, { data }: Fields, dialect: Dialect): void {
  if (data === undefined && action !== 'delete') refuse('Missing required key: data');
  if (data !== undefined && (typeof data !== 'object' || data === null)) refuse("Key 'data' must be an array");
  const fields = isFields(data) ? data : {};
  if ((action === 'bulkUpdate' || action === 'bulkDelete') && !Array.isArray(fields.queries)) {
    refuse(`Key 'queries' is required in data for ${action}`);
  }
  if (action === 'bulkUpdate' && !isFields(fields.data)) refuse("Key 'data' is required in data for bulkUpdate");
  if (action === 'increment' || action === 'decrement') {
    const column = dialect.parent === 'table' ? 'column' : 'attribute';
    if (fields[column] === undefined) refuse(`Key '${column}' is required in data for ${action}`);
    if (fields.value !== undefined && typeof fields.value !== 'number')
      refuse(`Key 'value' must be a numeric value for ${action}`);
  }
}

function required(value: Fields, key: string): string {
  const text = value[key];
  if (text === undefined) refuse(`Missing required key: ${key}`);
  if (typeof text !== 'string' || text.trim() === '') refuse(`Key '${key}' must be a non-empty string`);
  return String(text);
}

function refuse(reason: string): never {
  throw invalidParam('operations', `Value must a valid array and ${reason}`);
}
