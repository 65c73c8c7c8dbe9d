import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { listColumns } from '#shared/appwrite/complaint-queries.ts';
import { wordRow } from '#shared/appwrite/words.ts';
import { cellOf } from '#shared/domain/cells.ts';
import { DAY } from '#shared/domain/clock.ts';
import { timeKey } from '#shared/domain/ids.ts';
import { referenceOf } from '#shared/domain/reference.ts';
import type { Status } from '#shared/domain/status.ts';
import { wordsOfComplaint } from '#shared/domain/words.ts';
import { seededRandom } from '#tests/support/seeded-random.ts';
import type { Table } from './schema.ts';

const YEARS_MS = 3 * 365 * DAY;
const BEGIN = Date.UTC(2026, 10, 1) - YEARS_MS;
export const NOW = new Date(BEGIN + YEARS_MS);
const REPORTERS = 20_000;

/** The centre of most complaints, which lie within some kilometres. */
export const TOWN = { latitude: 52.52, longitude: 13.405 };

const THINGS = ['lamp', 'pothole', 'bench', 'drain', 'sign', 'tree', 'bin', 'fence', 'bridge', 'playground'];
const FAULTS = ['broken', 'missing', 'leaking', 'blocked', 'dangerous', 'noisy'];
const STREETS = Array.from({ length: 400 }, (_, n) => `Street${n}`);
/** The percentage of each status among complaints that are older than 30 days. */
const OLD_SHARES: readonly [Status, number][] = [
  ['closed', 72],
  ['resolved', 14],
  ['rejected', 10],
  ['in_progress', 2],
  ['acknowledged', 1],
  ['created', 0.5],
  ['on_hold', 0.5],
];
/** The percentage among newer complaints, of which few have ended. */
const NEW_SHARES: readonly [Status, number][] = [
  ['created', 40],
  ['in_progress', 25],
  ['acknowledged', 25],
  ['on_hold', 5],
  ['rejected', 5],
];
const CATEGORIES: readonly [string | null, number][] = [
  ['roads', 40],
  ['lighting', 25],
  ['waste', 15],
  ['noise', 10],
  ['other', 8],
  [null, 2],
];

export const CATEGORY_IDS = CATEGORIES.flatMap(([id]) => id ?? []);

type Random = () => number;
const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T;

function pickWeighted<T>(shares: readonly [T, number][], random: Random): T {
  let left = random() * 100;
  for (const [value, part] of shares) {
    left -= part;
    if (left < 0) return value;
  }
  return shares[0]?.[0] as T;
}

/** A normally distributed number with mean 0 and standard deviation 1. */
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** The id and columns of complaint `number` of `count`. They are spread over three years and one large town. */
function sampleComplaint(number: number, count: number, random: Random) {
  const filed = new Date(BEGIN + Math.floor((number / count) * YEARS_MS));
  const id = timeKey(filed) + number.toString(36).padStart(11, '0');
  const reporter = Math.floor(random() * REPORTERS);
  const status = pickWeighted(NOW.getTime() - filed.getTime() > 30 * DAY ? OLD_SHARES : NEW_SHARES, random);
  const isOpen = !['closed', 'resolved', 'rejected'].includes(status);
  const changedAt = new Date(filed.getTime() + Math.floor(random() * 30 * DAY)).toISOString();
  const overdueAt =
    status === 'on_hold' || random() < 0.2
      ? null
      : new Date(filed.getTime() + 14 * DAY + Math.floor(random() * DAY)).toISOString();
  const place = {
    latitude: TOWN.latitude + normal(random) * 0.05,
    longitude: TOWN.longitude + normal(random) * 0.08,
  };
  const title = `${pick(FAULTS, random)} ${pick(THINGS, random)} in ${pick(STREETS, random)}`;
  const description = `Report ${number}: please have a look at the ${pick(THINGS, random)}.`;
  const category = pickWeighted(CATEGORIES, random);
  const assignedTo = status === 'created' || random() < 0.1 ? null : `staff${Math.floor(random() * 40)}`;
  const seen = status === 'created' ? null : 600 + Math.floor(random() * 90_000);
  return {
    id,
    at: filed.toISOString(),
    columns: {
      ...{ title, description, category, location: null, ...place, cell: cellOf(place) },
      ...{ anonymous: random() < 0.1, reporterId: `u${reporter}`, reporterName: `reporter${reporter}`, status },
      progress: isOpen ? 40 : 100,
      assignedTo,
      ...{ overdueAt, hidden: random() < 0.005, touched: status !== 'created', images: '[]', version: 2 },
      ...{ followers: 0, acknowledgeLevel: 0, overdueLevel: 0, reopened: 0 },
      reference: referenceOf(filed.getUTCFullYear(), number),
      ...{
        filedAt: filed.toISOString(),
        changedAt,
        ...listColumns(id, { changedAt, overdueAt, category, assignedTo }),
      },
      ...{ acknowledgedAt: null, resolvedAt: null, closedAt: null, secondsToAcknowledge: seen, secondsToResolve: null },
    } as Record<string, unknown>,
  };
}

/** A value as both engines load it from tab-separated text; times lose their T and Z. */
function tsvCell(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'boolean') return value ? '1' : '0';
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? text.replace('T', ' ').replace('Z', '') : text;
}

class Writer {
  readonly #stream;
  rows = 0;

  constructor(file: string) {
    this.#stream = createWriteStream(file);
  }

  async write(values: readonly unknown[]): Promise<void> {
    this.rows += 1;
    if (!this.#stream.write(`${values.map(tsvCell).join('\t')}\n`)) await once(this.#stream, 'drain');
  }

  async end(): Promise<void> {
    this.#stream.end();
    await once(this.#stream, 'finish');
  }
}

const META = ['_uid', '_createdAt', '_updatedAt', '_permissions'];

/** The columns of a file that `writeRows` writes, in their order. */
export const loadedColumns = ({ columns }: Table) => [...META, ...columns.map(({ key }) => key)];

/**
 * Writes `count` complaints and their words to files that both engines can load. The same count gives the same rows.
 */
export async function writeRows(
  count: number,
  { complaints, words }: { complaints: { table: Table; file: string }; words: { file: string } },
): Promise<{ complaints: number; words: number }> {
  const seeded = seededRandom(count);
  const random = () => seeded.below(2 ** 30) / 2 ** 30;
  const [rows, found] = [new Writer(complaints.file), new Writer(words.file)];
  for (let number = 0; number < count; number += 1) {
    const { id, at, columns } = sampleComplaint(number, count, random);
    await rows.write([id, at, at, '[]', ...complaints.table.columns.map(({ key }) => columns[key])]);
    for (const word of wordsOfComplaint({ ...(columns as { title: string; description: string }), reference: null })) {
      const row = wordRow(id, word);
      await found.write([row.$id, at, at, '[]', row.word]);
    }
  }
  await Promise.all([rows.end(), found.end()]);
  return { complaints: rows.rows, words: found.rows };
}
