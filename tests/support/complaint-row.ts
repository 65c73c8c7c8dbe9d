import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { countedAs } from '#shared/appwrite/tallies.ts';
import { textMarkOf } from '#shared/appwrite/words.ts';
import { cellOf } from '#shared/domain/cells.ts';
import { DAY } from '#shared/domain/clock.ts';
import { derivedId, timeKey } from '#shared/domain/ids.ts';
import { referenceOf } from '#shared/domain/reference.ts';
import { STATUSES, type Status } from '#shared/domain/status.ts';

const THINGS = ['lamp', 'pothole', 'bench', 'drain', 'sign', 'tree', 'bin', 'fence', 'bridge', 'playground'];
const FAULTS = ['broken', 'missing', 'leaking', 'blocked', 'dangerous', 'noisy', 'dirty', 'burning'];
const STREETS = ['Mill Lane', 'Elm Road', 'Station Street', 'Harbour Way', 'Castle Hill', 'Church Square'];
const CATEGORIES = ['roads', 'lighting', 'waste', 'water', 'noise', 'other', null];

export type RowSeed = { number: number; filedAt: Date; reporter: { id: string; name: string } };

const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;

function timestamps(status: Status, filedAt: Date, number: number) {
  const after = (seconds: number) => new Date(filedAt.getTime() + seconds * 1_000).toISOString();
  const [acknowledge, resolve] = [600 + ((number * 7_919) % 90_000), 90_000 + ((number * 104_729) % 900_000)];
  const seen = status !== 'created';
  const done = status === 'resolved' || status === 'closed';
  return {
    acknowledgedAt: seen ? after(acknowledge) : null,
    secondsToAcknowledge: seen ? acknowledge : null,
    resolvedAt: done ? after(resolve) : null,
    secondsToResolve: done ? resolve : null,
    closedAt: status === 'closed' || status === 'rejected' ? after(resolve) : null,
    changedAt: after(done ? resolve : seen ? acknowledge : 0),
  };
}

/** The id of a generated complaint, which begins with its time like any other. */
export const fillId = (number: number, filedAt: Date) =>
  timeKey(filedAt) + derivedId('f', 'fill', String(number)).slice(0, 11);

/** The columns of a generated complaint; the same number gives the same complaint. */
export function complaintRow({ number, filedAt, reporter }: RowSeed) {
  const status = pick(STATUSES, Math.floor(number / 3));
  const title = `${pick(FAULTS, Math.floor(number / 7))} ${pick(THINGS, number)} in ${pick(STREETS, Math.floor(number / 11))}`;
  const description = `Report ${number}: the ${pick(THINGS, number)} has been like this for ${1 + (number % 30)} days. Please have a look.`;
  const place = {
    latitude: 48 + ((number * 31) % 40_000) / 10_000,
    longitude: 8 + ((number * 17) % 60_000) / 10_000,
  };
  const hasNoDeadline = number % 4 === 0 || status === 'on_hold';
  const overdueAt = hasNoDeadline ? null : new Date(filedAt.getTime() + 7 * DAY).toISOString();
  const category = pick(CATEGORIES, Math.floor(number / 5));
  const times = timestamps(status, filedAt, number);
  const reference = referenceOf(filedAt.getUTCFullYear(), number);
  const counted = {
    status,
    category,
    reporterId: reporter.id,
    reporterName: reporter.name,
    anonymous: number % 10 === 0,
    hidden: number % 1_000 === 999,
  };
  return {
    ...counted,
    counted: countedAs(counted),
    title,
    description,
    reference,
    textMark: textMarkOf({ title, description, reference }),
    location: null,
    ...place,
    progress: status === 'created' ? 0 : status === 'resolved' || status === 'closed' ? 100 : 40,
    assignedTo: null,
    overdueAt,
    followers: 0,
    acknowledgeLevel: 0,
    overdueLevel: 0,
    reopened: 0,
    touched: status !== 'created',
    images: '[]',
    version: 1,
    filedAt: filedAt.toISOString(),
    cell: cellOf(place),
    ...times,
    ...listColumns(fillId(number, filedAt), { changedAt: times.changedAt, overdueAt, category, assignedTo: null }),
  };
}
