import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, UsageError, wholeNumber } from '#scripts/project/command.ts';
import type { Engine } from './engine.ts';
import { type List, listsOf } from './lists.ts';
import { startMariadb } from './mariadb.ts';
import { startPostgresql } from './postgresql.ts';
import { type ListCost, Product } from './product.ts';
import { CATEGORY_IDS, loadedColumns, writeRows } from './sample-rows.ts';
import { createIndexes, createTable, declaredTables, type Table } from './schema.ts';
import { quote } from './sql.ts';

const USAGE = `Usage: npm run bench:engines -- [--rows 300000] [--engines mariadb,postgresql] [--small 10000]

Creates the tables of appwrite.json in temporary servers of the Debian packages mariadb-server and postgresql, fills
them and requests every kind of list. Fails when a page examines more than 50 times the rows it shows (where the
contract lets it search: more than twice 2,000 rows), when it is sorted without an index, or when it takes more than
10 ms and more than 3 times as long as with few rows.`;

const ENGINES: Readonly<Record<string, (folder: string) => Promise<Engine | undefined>>> = {
  mariadb: startMariadb,
  postgresql: startPostgresql,
};

const ROUNDS = 5;
/** The rows that a page may examine for each row that it shows, and that a list without a full index may examine. */
const MAX_PER_ROW = 50;
const MAX_SEARCHED = 4_000;
/** Up to 500 rows that were looked up by ids or cells may be sorted. Lists are sorted only where they search. */
const MAX_SORTED = 500;
const MAX_SLOWDOWN = 3;
/** A list below this time is fast, whatever it took with few rows; counting goes up to 5,000. */
const FAST_MS = 10;

const print = (line: string) => console.log(line);

type Result = { list: List; cost: ListCost; fastest: number };

async function fill(engine: Engine, tables: readonly Table[], count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'engines-rows-'));
  try {
    await rm(folder, { recursive: true });
    await mkdir(folder, { mode: 0o755 });
    const find = (id: string) => tables.find(({ $id }) => $id === id) as Table;
    const [complaints, words] = [find('complaints'), find('words')];
    const files = { complaints: `${folder}/complaints.tsv`, words: `${folder}/words.tsv` };
    const began = performance.now();
    const written = await writeRows(count, {
      complaints: { table: complaints, file: files.complaints },
      words: { file: files.words },
    });
    for (const table of tables) await engine.execute(createTable(engine.dialect, table));
    await engine.load('complaints', loadedColumns(complaints), files.complaints);
    await engine.load('words', loadedColumns(words), files.words);
    for (const id of CATEGORY_IDS) {
      const times = ['_createdAt', '_updatedAt'].map((name) => quote(engine.dialect, name)).join(', ');
      const row = `('${id}', '${id}', '2026-01-01', '2026-01-01')`;
      await engine.execute(`INSERT INTO categories (_uid, name, ${times}) VALUES ${row}`);
    }
    for (const table of tables) {
      for (const statement of createIndexes(engine.dialect, table)) await engine.execute(statement);
    }
    const seconds = ((performance.now() - began) / 1_000).toFixed(0);
    print(`${engine.version}: ${written.complaints} complaints and ${written.words} words in ${seconds} s`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The fastest of several rounds, and what it examined. */
async function measure(product: Product, list: List): Promise<Result> {
  let query = list.query;
  if (list.isNext) query += `&after=${(await product.list(query, list.viewer)).next}`;
  let cost = await product.list(query, list.viewer);
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    cost = await product.list(query, list.viewer);
    fastest = Math.min(fastest, cost.list.ms + cost.count.ms);
  }
  return { list, cost, fastest };
}

async function measureAll(
  start: (folder: string) => Promise<Engine | undefined>,
  count: number,
): Promise<Result[] | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'engines-'));
  const engine = await start(folder);
  try {
    if (!engine) return undefined;
    const tables = declaredTables();
    await fill(engine, tables, count);
    const product = new Product(engine, tables);
    const results: Result[] = [];
    for (const list of listsOf(String(Math.floor(count / 3)))) results.push(await measure(product, list));
    return results;
  } finally {
    await engine?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function faultsOf({ list, cost, fastest }: Result, few: Result | undefined): string[] {
  const { examined, sorted } = cost.list;
  const most = list.isSearched ? MAX_SEARCHED : MAX_PER_ROW * Math.max(20, cost.shown);
  return [
    ...(examined > most ? [`examines ${examined} rows`] : []),
    ...(sorted > (list.isSearched ? MAX_SEARCHED : MAX_SORTED) ? [`sorts ${sorted} rows`] : []),
    ...(few && !list.isSearched && fastest > FAST_MS && fastest > MAX_SLOWDOWN * few.fastest ? ['grows'] : []),
  ];
}

function report(few: readonly Result[], many: readonly Result[]): boolean {
  print(
    `${'list'.padEnd(34)}${'shown'.padStart(6)}${'calls'.padStart(6)}${'examined'.padStart(9)}${'counted'.padStart(8)}${'sorted'.padStart(7)}${'ms few'.padStart(8)}${'ms many'.padStart(9)}`,
  );
  let isRight = true;
  for (const [index, result] of many.entries()) {
    const { list, cost, fastest } = result;
    const faults = faultsOf(result, few[index]);
    const cells = [
      list.what.padEnd(34),
      String(cost.shown).padStart(6),
      String(cost.calls).padStart(6),
      String(cost.list.examined).padStart(9),
      String(cost.count.examined).padStart(8),
      String(cost.list.sorted).padStart(7),
      (few[index]?.fastest ?? Number.NaN).toFixed(1).padStart(8),
      fastest.toFixed(1).padStart(9),
    ];
    print(`${cells.join('')}${faults.length > 0 ? `  FAILS: ${faults.join(', ')}` : ''}`);
    if (faults.length > 0) isRight = false;
  }
  return isRight;
}

/** Whether the engine is installed and every list on it meets its limits. */
async function compareSizes(name: string, { small, rows }: { small: number; rows: number }): Promise<boolean> {
  const start = ENGINES[name];
  const few = start && (await measureAll(start, small));
  const many = start && few && (await measureAll(start, rows));
  if (few && many) return report(few, many);
  print(`${name} is missing: install the Debian package ${name === 'mariadb' ? 'mariadb-server' : name}`);
  return false;
}

// An exit ends the servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

await runCommand({
  usage: USAGE,
  options: {
    rows: { type: 'string', default: '300000' },
    small: { type: 'string', default: '10000' },
    engines: { type: 'string', default: Object.keys(ENGINES).join() },
  },
  async run(values) {
    const count = (name: 'rows' | 'small') => wholeNumber(`--${name}`, values[name], { min: 1_000, max: 100_000_000 });
    const sizes = { rows: count('rows'), small: count('small') };
    const names = values.engines.split(',');
    const unknown = names.find((name) => !ENGINES[name]);
    if (unknown !== undefined)
      throw new UsageError(`--engines takes ${Object.keys(ENGINES).join(', ')}, not ${unknown}`);
    let isRight = true;
    for (const name of names) isRight = (await compareSizes(name, sizes)) && isRight;
    return isRight ? 0 : 1;
  },
});
