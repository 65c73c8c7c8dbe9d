import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { staffAmong } from '#shared/appwrite/accounts.ts';
import { changeCategory, listCategories } from '#shared/appwrite/complaints.ts';
import { canonicalUsername } from '#shared/domain/account.ts';
import { NO_CATEGORY } from '#shared/domain/categories.ts';
import { MAX_LEVELS } from '#shared/domain/deadlines.ts';
import { isSafeId } from '#shared/domain/ids.ts';
import { UsageError } from '../project/command.ts';
import type { Connection } from '../project/connect.ts';

const COLUMNS = ['id', 'name', 'assignee', 'hoursToAcknowledge', 'daysUntilOverdue', 'escalateTo'] as const;
type Column = (typeof COLUMNS)[number];

/** The limits of the table's columns. */
const MAX_HOURS = 1_000;
const MAX_DAYS = 3_650;
const MAX_CATEGORIES = 200;

type Line = { number: number; cells: Partial<Record<Column, string>> };
type Values = Record<string, string | number | null>;

/** `exportCategories` puts a quote before text that a spreadsheet would run as a formula; this removes it. */
const ESCAPED = /^'(?=[=+\-@])/;

/** A fault in a row of the file. */
class Mistake extends Error {}

function isColumn(name: string): name is Column {
  return COLUMNS.some((column) => column === name);
}

/** The rows of the file with their line numbers; throws UsageError for a file that cannot be read as a whole. */
function readLines(file: string): Line[] {
  const text = readFileSync(file, 'utf8');
  const [first = ''] = text.split('\n', 1);
  let records: { info: { lines: number }; record: string[] }[];
  try {
    // In many languages spreadsheets separate cells by semicolons.
    const delimiter = first.includes(';') && !first.includes(',') ? ';' : ',';
    const options = { bom: true, trim: true, info: true, delimiter, skip_empty_lines: true };
    records = parse(text, { ...options, relax_column_count: true }) as unknown as typeof records;
  } catch (error) {
    throw new UsageError(`${file} is no CSV: ${error instanceof Error ? error.message : error}`);
  }
  const [header, ...rows] = records;
  const names = header?.record ?? [];
  const unknown = names.filter((name) => !isColumn(name));
  if (unknown.length > 0)
    throw new UsageError(`${unknown.join(', ')}: no such column. Columns are ${COLUMNS.join(', ')}.`);
  if (!names.includes('id') || new Set(names).size < names.length) {
    throw new UsageError('The first line names the columns, each once; id is one of them.');
  }
  return rows.map(({ info, record }) => {
    if (record.length > names.length) return { number: info.lines, cells: {} };
    const cells = names.map((name, at) => [name, (record[at] ?? '').replace(ESCAPED, '')] as const);
    return { number: info.lines, cells: Object.fromEntries(cells) };
  });
}

function wholeOrNull(column: Column, cell: string, most: number): number | null {
  if (cell === '') return null;
  const value = /^\d{1,6}$/.test(cell) ? Number(cell) : 0;
  if (value < 1 || value > most) throw new Mistake(`${column} must be a whole number from 1 to ${most}, or empty`);
  return value;
}

/** The usernames in a cell; throws Mistake unless each is staff or admin. */
function staffIn(column: Column, cell: string, staff: ReadonlySet<string>): string[] {
  return cell
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((name) => {
      const username = canonicalUsername(name);
      if (username === undefined || !staff.has(username)) throw new Mistake(`${column}: ${name} is not staff`);
      return username;
    });
}

function assigneeIn(cell: string, staff: ReadonlySet<string>): string | null {
  const [username = null, ...others] = staffIn('assignee', cell, staff);
  if (others.length > 0) throw new Mistake('assignee must be one username, or empty');
  return username;
}

function escalationIn(cell: string, staff: ReadonlySet<string>): string | null {
  const names = staffIn('escalateTo', cell, staff);
  if (names.length > MAX_LEVELS || new Set(names).size < names.length) {
    throw new Mistake(`escalateTo must be at most ${MAX_LEVELS} usernames, each once`);
  }
  return names.join(',') || null;
}

/** The values to write. Columns that the file lacks keep their values. */
function valuesOf({ cells }: Line, isNew: boolean, staff: ReadonlySet<string>): Values {
  const { name, assignee, hoursToAcknowledge: hours, daysUntilOverdue: days, escalateTo } = cells;
  if (name === undefined ? isNew : name === '' || name.length > 100)
    throw new Mistake('name must have 1 to 100 characters');
  return {
    ...(name === undefined ? {} : { name }),
    ...(assignee === undefined ? {} : { assignee: assigneeIn(assignee, staff) }),
    ...(hours === undefined ? {} : { hoursToAcknowledge: wholeOrNull('hoursToAcknowledge', hours, MAX_HOURS) }),
    ...(days === undefined ? {} : { daysUntilOverdue: wholeOrNull('daysUntilOverdue', days, MAX_DAYS) }),
    ...(escalateTo === undefined ? {} : { escalateTo: escalationIn(escalateTo, staff) }),
  };
}

function namesIn(lines: readonly Line[]): string[] {
  const cells = lines.flatMap(({ cells: { assignee = '', escalateTo = '' } }) => [assignee, escalateTo]);
  const names = cells.flatMap((cell) => cell.split(/[\s,;]+/)).map((name) => canonicalUsername(name));
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** A category that an admin created in the console may have an id that is not allowed for a new one. */
function refuseUnusableId(id: string, { seen, isNew }: { seen: ReadonlySet<string>; isNew: boolean }): void {
  if (id === '') throw new Mistake('id is missing, or the line has more cells than the first');
  if (id === NO_CATEGORY) throw new Mistake(`id ${id} stands for complaints without a category`);
  if (isNew && !isSafeId(id))
    throw new Mistake(`id ${id} must have 1 to 36 of a-z, 0-9, _ and -, a letter or digit first`);
  if (seen.has(id)) throw new Mistake(`id ${id} is there twice`);
}

/**
 * Creates and changes categories from a CSV file, and keeps categories that it lacks. A row with a mistake is skipped;
 * the others are written. Then throws an error with all mistakes, if there are any.
 */
export async function importCategories({ store }: Connection, file: string): Promise<string> {
  const lines = readLines(file);
  const [known, staff] = await Promise.all([listCategories(store), staffAmong(store, namesIn(lines))]);
  const rows = new Map(known.map((row) => [row.$id, row]));
  const seen = new Set<string>();
  const mistakes: string[] = [];
  const counts = { made: 0, changed: 0 };
  for (const line of lines) {
    const id = line.cells.id ?? '';
    try {
      const row = rows.get(id);
      refuseUnusableId(id, { seen, isNew: row === undefined });
      seen.add(id);
      const values = valuesOf(line, row === undefined, staff);
      if (!row && rows.size + counts.made >= MAX_CATEGORIES)
        throw new Mistake(`there are ${MAX_CATEGORIES} categories`);
      const written = await (row ? changeCategory(store, row, values) : store.categories.insert(id, values));
      if (!written) throw new Mistake(`${id} was changed at the same moment; try again`);
      counts[row ? 'changed' : 'made'] += 1;
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(`Line ${line.number}: ${error.message}.`);
    }
  }
  const summary = `${counts.made} categories made, ${counts.changed} changed.`;
  if (mistakes.length === 0) return summary;
  throw new Error([...mistakes, summary, `${mistakes.length} of ${lines.length} lines were left out.`].join('\n'));
}

/** All categories as CSV, in the format of `importCategories`. */
export async function exportCategories({ store }: Connection): Promise<string> {
  const rows = (await listCategories(store)).map(({ $id: id, ...row }) => ({ id, ...row }));
  return stringify(rows, { header: true, columns: [...COLUMNS], escape_formulas: true }).trimEnd();
}
