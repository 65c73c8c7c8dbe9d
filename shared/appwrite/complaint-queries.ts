import { Query } from 'node-appwrite';
import type { Box } from '#shared/domain/place.ts';
import type { Sight } from '#shared/domain/policy.ts';
import type { Status } from '#shared/domain/status.ts';
import { ENDED } from '#shared/domain/status.ts';

export type Filter = {
  sight: Sight;
  statuses?: readonly Status[] | undefined;
  category?: string | undefined;
  /** A reporter by name; `unmasked` also finds what they filed anonymously. */
  reporter?: { name: string; unmasked: boolean } | undefined;
  mine?: string | undefined;
  /** null: assigned to nobody. */
  assignedTo?: string | null | undefined;
  /** Whether the day until which it should have ended has passed, at this moment. */
  overdue?: { at: Date; is: boolean } | undefined;
  /** For counting: only what is hidden, or only what is not. */
  hidden?: boolean | undefined;
  anonymous?: boolean | undefined;
  words?: readonly string[] | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  box?: Box | undefined;
};

export const SORTS = ['-createdAt', 'createdAt', '-updatedAt'] as const;
export type Sort = (typeof SORTS)[number];

/** Where a page ended, by values and not by a row: the row may be gone when the next page is asked for. */
export type Position = { time: string; sequence: string };

function sightQueries({ sight, mine, hidden }: Filter): string[] {
  if (hidden !== undefined) return [Query.equal('hidden', hidden)];
  if (sight.desk || mine !== undefined) return [];
  const shown = Query.equal('hidden', false);
  return [sight.userId === undefined ? shown : Query.or([shown, Query.equal('reporterId', sight.userId)])];
}

function reporterQueries({ reporter, mine, anonymous }: Filter): string[] {
  const signed = anonymous === undefined ? [] : [Query.equal('anonymous', anonymous)];
  const own = mine === undefined ? signed : [Query.equal('reporterId', mine), ...signed];
  if (!reporter) return own;
  const named = reporter.unmasked ? [] : [Query.equal('anonymous', false)];
  return [...own, Query.equal('reporterName', reporter.name), ...named];
}

function assigneeQueries({ assignedTo }: Filter): string[] {
  if (assignedTo === undefined) return [];
  return [assignedTo === null ? Query.isNull('assignedTo') : Query.equal('assignedTo', assignedTo)];
}

function overdueQueries({ overdue }: Filter): string[] {
  if (!overdue) return [];
  const now = overdue.at.toISOString();
  const open = ENDED.map((status) => Query.notEqual('status', status));
  if (overdue.is) return [Query.lessThan('overdueAt', now), ...open];
  const ended = Query.equal('status', [...ENDED]);
  return [Query.or([Query.isNull('overdueAt'), Query.greaterThanEqual('overdueAt', now), ended])];
}

function boxQueries(box: Box | undefined): string[] {
  if (!box) return [];
  const { south, north, west, east } = box;
  const inside = (from: number, to: number) => Query.between('longitude', from, to);
  const longitude = west <= east ? inside(west, east) : Query.or([inside(west, 180), inside(-180, east)]);
  return [Query.between('latitude', south, north), longitude];
}

/** The conditions of a list, without its order. */
export function filterQueries(filter: Filter): string[] {
  const { statuses, category, words = [], from, to } = filter;
  return [
    ...sightQueries(filter),
    ...(statuses ? [Query.equal('status', [...statuses])] : []),
    ...(category === undefined ? [] : [Query.equal('category', category)]),
    ...reporterQueries(filter),
    ...assigneeQueries(filter),
    ...overdueQueries(filter),
    ...words.map((word) => Query.search('words', word)),
    ...(from ? [Query.greaterThanEqual('filedAt', from.toISOString())] : []),
    ...(to ? [Query.lessThan('filedAt', to.toISOString())] : []),
    ...boxQueries(filter.box),
  ];
}

function columnOf(sort: Sort): 'filedAt' | 'changedAt' {
  return sort === '-updatedAt' ? 'changedAt' : 'filedAt';
}

/** `$sequence` as the spoken tie-break: without it the database sorts the whole table. */
export function orderQueries(sort: Sort): string[] {
  const order = sort === 'createdAt' ? Query.orderAsc : Query.orderDesc;
  return [order(columnOf(sort)), order('$sequence')];
}

/** What comes after a position in this order: a seek, at the same cost at any depth. */
export function afterQueries(sort: Sort, { time, sequence }: Position): string[] {
  const beyond = sort === 'createdAt' ? Query.greaterThan : Query.lessThan;
  const column = columnOf(sort);
  const sameMoment = Query.and([Query.equal(column, time), beyond('$sequence', sequence)]);
  return [Query.or([beyond(column, time), sameMoment])];
}

/** Where a page that ends with this row goes on. */
export function positionOf(sort: Sort, row: { filedAt: string; changedAt: string; $sequence: string }): Position {
  return { time: row[columnOf(sort)], sequence: row.$sequence };
}
