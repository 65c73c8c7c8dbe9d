import { readFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { addTextFunctions } from 'local-appwrite/text-functions';
import { PROJECT_FILE } from '#scripts/project/local-settings.ts';
import { categoryTally, statusTally, type Tally } from '#shared/appwrite/tallies.ts';
import { DAY } from '#shared/domain/clock.ts';
import { STATUSES } from '#shared/domain/status.ts';
import { complaintRow, fillId } from '#tests/support/complaint-row.ts';

const YEARS_MS = 3 * 365 * DAY;
const BEGIN = Date.UTC(2026, 10, 1) - YEARS_MS;
const REPORTERS = 1_000;
const AT_ONCE = 20_000;

type Row = ReturnType<typeof complaintRow>;
type Declared = { $id: string; columns: { key: string }[] };

function columnsOf(tableId: string): string[] {
  const { tables }: { tables: Declared[] } = JSON.parse(readFileSync(PROJECT_FILE, 'utf8'));
  return tables.find((table) => table.$id === tableId)?.columns.map((column) => column.key) ?? [];
}

/** The filing time of sample complaint `number`. A million complaints are spread over three years. */
export function filedAt(number: number): Date {
  return new Date(BEGIN + Math.floor((number / 1_000_000) * YEARS_MS));
}

function sampleComplaint(number: number): Row {
  const reporter = number % REPORTERS;
  return complaintRow({
    number,
    filedAt: filedAt(number),
    reporter: { id: `fill-${reporter}`, name: `reporter${reporter}` },
  });
}

/** A value as the local Appwrite stores it in SQLite. */
const toSqlite = (value: unknown): SQLInputValue => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value)) return value.replace('Z', '+00:00');
  return (value ?? null) as SQLInputValue;
};

class Counter {
  readonly tallies = new Map<string, Tally>();

  add({ status, category, hidden }: Row): void {
    for (const id of [statusTally(status), ...(category === null ? [] : [categoryTally(category)])]) {
      const tally = this.tallies.get(id) ?? { visible: 0, hidden: 0 };
      tally[hidden ? 'hidden' : 'visible'] += 1;
      this.tallies.set(id, tally);
    }
  }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  addTextFunctions(database);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = OFF');
  database.exec('PRAGMA cache_size = -262144');
  return database;
}

function writeTallies(database: DatabaseSync, tallies: ReadonlyMap<string, Tally>): void {
  const now = new Date().toISOString().replace('Z', '+00:00');
  database.exec(`DELETE FROM "main/tallies" WHERE "$id" LIKE 'status-%' OR "$id" LIKE 'c%'`);
  const insert = database.prepare(
    `INSERT INTO "main/tallies" ("$id", "$createdAt", "$updatedAt", "$permissions", visible, hidden) VALUES (?, ?, ?, '[]', ?, ?)`,
  );
  const all = new Map([
    ...STATUSES.map((status) => [statusTally(status), { visible: 0, hidden: 0 }] as const),
    ...tallies,
  ]);
  for (const [id, { visible, hidden }] of all) insert.run(id, now, now, visible, hidden);
}

/** The number of complaints in the database file of a local Appwrite. */
export function countFilled(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const { count } = database.prepare('SELECT count(*) AS count FROM "main/complaints"').get() ?? {};
  database.close();
  return Number(count);
}

/** Adds complaints and their totals to the file of a local Appwrite that is not running, until it has `count`. */
export function fillComplaints(file: string, count: number): { rows: number; seconds: number } {
  const started = performance.now();
  const present = countFilled(file);
  const database = open(file);
  const columns = columnsOf('complaints');
  const names = ['$id', '$createdAt', '$updatedAt', '$permissions', ...columns].map((name) => `"${name}"`);
  const insert = database.prepare(
    `INSERT OR IGNORE INTO "main/complaints" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  const counter = new Counter();
  let rows = 0;
  for (let from = 0; from < count; from += AT_ONCE) {
    database.exec('BEGIN');
    for (let number = from; number < Math.min(count, from + AT_ONCE); number += 1) {
      const row = sampleComplaint(number);
      counter.add(row);
      if (number < present) continue;
      const values = columns.map((column) => toSqlite(row[column as keyof Row]));
      rows += Number(
        insert.run(fillId(number, filedAt(number)), toSqlite(row.filedAt), toSqlite(row.changedAt), '[]', ...values)
          .changes,
      );
    }
    database.exec('COMMIT');
  }
  writeTallies(database, counter.tallies);
  database.exec('ANALYZE');
  database.close();
  return { rows, seconds: (performance.now() - started) / 1_000 };
}
