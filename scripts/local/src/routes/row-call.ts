import { readPermissions } from '../access/permissions.ts';
import type { Call, Fields, Reply, Route } from '../http/call.ts';
import { ApiError, invalidParam } from '../http/errors.ts';
import { checkPath, fieldsOf, parameter, rules } from '../http/parameters.ts';
import type { Platform } from '../platform.ts';
import { parseDate } from '../rows/dates.ts';
import type { Dialect } from '../rows/dialect.ts';

export type RowParts = Pick<Platform, 'project' | 'rows' | 'writer' | 'transactions' | 'events' | 'clock' | 'database'>;
type Work = (parts: RowParts, dialect: Dialect, call: Call) => Reply;

/** The most rows that one bulk call may contain. */
export const largestBatch = 100;

/** A route that writes rows. It checks the ids in its path first. */
export function writingRoute(parts: RowParts, dialect: Dialect, [method, end, work]: [string, string, Work]): Route {
  const handle = (call: Call) => {
    checkPath(call);
    return work(parts, dialect, call);
  };
  return {
    method,
    path: dialect.base + end,
    scopes: [`${dialect.scope}.write`, 'rows.write', 'documents.write'],
    handle,
  };
}

export function transactionOf(call: Call): string | undefined {
  const id = parameter(call, 'transactionId', rules.uid);
  return id === undefined ? undefined : String(id);
}

/**
 * The changes to a row, and the newest `$updatedAt` that it may have (`X-Appwrite-Timestamp`). Throws 400 if both data
 * and permissions are missing.
 */
export function readChange({ clock }: RowParts, { item }: Dialect, call: Call) {
  const data = readData(call);
  const permissions = readPermissions(call.caller, call.body.permissions);
  const timestamp = readTimestamp(call, clock.latest());
  if (!data && !permissions) throw new ApiError(`${item}_missing_payload`);
  return { data: data ?? {}, permissions, timestamp };
}

/** Empty data counts as absent. */
export function readData(call: Call): Fields | undefined {
  const data = fieldsOf(parameter(call, 'data', rules.json) ?? {});
  return Object.keys(data).length > 0 ? data : undefined;
}

export function readTimestamp({ headers }: Call, now: number): number | undefined {
  const value = headers['x-appwrite-timestamp'];
  if (typeof value !== 'string' || value === '') return undefined;
  const time = parseDate(value, now);
  if (time === undefined) throw invalidParam('X-Appwrite-Timestamp', 'Value must be a valid date');
  return time;
}
