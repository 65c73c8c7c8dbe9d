/**
 * The databases that a real Appwrite can run on, described by the differences in its answers. Sources: MariaDB 10.11
 * and PostgreSQL 17 (en_US.UTF-8) were recorded (tests/corpus); MongoDB was read (utopia-php/database 6.0.0 and 7.2.6),
 * not run.
 */
export type EngineName = 'mariadb' | 'postgresql' | 'mongodb';

export type Engine = {
  name: EngineName;
  /**
   * Equality, uniqueness and order of texts. `general_ci` ignores case, accents and trailing spaces. `locale` compares
   * exactly and sorts by letters, then accents, then case, then punctuation. `binary` compares exactly and sorts by
   * code point.
   */
  text: 'general_ci' | 'locale' | 'binary';
  /**
   * What `contains`, `startsWith` and `endsWith` ignore in texts. `general_ci`: case and accents. `case`: only case.
   */
  patterns: 'general_ci' | 'case';
  /**
   * Where `startsWith` and `endsWith` work. On numbers they are 500 unless named here. MongoDB's adapter does not
   * anchor them, so they are refused there.
   */
  anchors: 'text and numbers' | 'text' | 'none';
  /** Whether `$id` is looked up ignoring case. Ids are unique ignoring case on all databases. */
  findsIdsInAnyCase: boolean;
  /** Whether nulls come first in ascending and last in descending order; otherwise the other way round. */
  nullsFirst: boolean;
  /** Whether `notEqual`, `notContains` and the like leave out rows where the column is null. */
  negationSkipsNulls: boolean;
  /** How a fulltext index finds words. */
  search: 'innodb' | 'english' | 'words';
  /** The most `search` queries that one list may have. */
  searchesPerList: number;
  /** `$sequence`: a number from 1 on, or a UUID of version 7. */
  sequence: 'number' | 'uuid';
  /**
   * The largest index entry in bytes; a row with a larger one cannot be written. Undefined if values are cut to fit.
   */
  largestIndexEntry: number | undefined;
  /** Whether years before 1000 and `text` values of more than 65,535 bytes are accepted. */
  wideValues: boolean;
  /**
   * Whether an upsert of a new row with a unique value of another row changes that other row and answers 200; else 409.
   */
  upsertOverwritesUnique: boolean;
  /** Whether a fraction or an overflow on an integer column is 500; a commit of it then stays `committing`. */
  strictIntegers: boolean;
  /** Two concurrent commits on one row: the second waits, or fails at once with 400 `transaction_failed`. */
  commitsOnOneRow: 'wait' | 'fail';
  /**
   * Two concurrent commits that take rows in opposite orders: one waits, or one fails with 500 (`deadlock`) or with 400
   * `transaction_failed` (`fail`).
   */
  commitsInOppositeOrders: 'wait' | 'deadlock' | 'fail';
};

export const engines: Record<EngineName, Engine> = {
  mariadb: {
    name: 'mariadb',
    text: 'general_ci',
    patterns: 'general_ci',
    anchors: 'text and numbers',
    findsIdsInAnyCase: true,
    nullsFirst: true,
    negationSkipsNulls: true,
    search: 'innodb',
    searchesPerList: Number.POSITIVE_INFINITY,
    sequence: 'number',
    largestIndexEntry: undefined,
    wideValues: false,
    upsertOverwritesUnique: true,
    strictIntegers: false,
    commitsOnOneRow: 'wait',
    commitsInOppositeOrders: 'wait',
  },
  postgresql: {
    name: 'postgresql',
    text: 'locale',
    patterns: 'case',
    anchors: 'text',
    findsIdsInAnyCase: false,
    nullsFirst: false,
    negationSkipsNulls: true,
    search: 'english',
    searchesPerList: Number.POSITIVE_INFINITY,
    sequence: 'number',
    largestIndexEntry: 2704,
    wideValues: true,
    upsertOverwritesUnique: false,
    strictIntegers: true,
    commitsOnOneRow: 'wait',
    commitsInOppositeOrders: 'deadlock',
  },
  mongodb: {
    name: 'mongodb',
    text: 'binary',
    patterns: 'case',
    anchors: 'none',
    findsIdsInAnyCase: false,
    nullsFirst: true,
    negationSkipsNulls: false,
    search: 'words',
    searchesPerList: 1,
    sequence: 'uuid',
    largestIndexEntry: undefined,
    wideValues: true,
    upsertOverwritesUnique: false,
    strictIntegers: false,
    commitsOnOneRow: 'fail',
    commitsInOppositeOrders: 'fail',
  },
};

export const engineNames = Object.keys(engines) as EngineName[];

/** The engine of that name; throws for an unknown name. */
export function engineNamed(name: string): Engine {
  const engine = (engines as Record<string, Engine | undefined>)[name];
  if (!engine) throw new Error(`There is no database ${name}. Known: ${engineNames.join(', ')}.`);
  return engine;
}
