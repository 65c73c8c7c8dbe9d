/**
 * The databases that a real Appwrite can run on, described by what they answer differently.
 * Sources: MariaDB 10.11 and PostgreSQL 17 (en_US.UTF-8) were recorded (tests/corpus); MongoDB was read
 * (utopia-php/database 6.0.0 and 7.2.6), not run.
 */
export type EngineName = 'mariadb' | 'postgresql' | 'mongodb';

export type Engine = {
  name: EngineName;
  /**
   * Equality, uniqueness and order of texts.
   * `general_ci`: case, accents and trailing spaces do not count. `locale`: equal only if the same, sorted by letters, then
   * accents, then case, punctuation last. `binary`: equal only if the same, sorted by code point.
   */
  text: 'general_ci' | 'locale' | 'binary';
  /** What `contains`, `startsWith` and `endsWith` ignore in texts: what equality does, or case. */
  patterns: 'general_ci' | 'case';
  /**
   * Where `startsWith` and `endsWith` serve; on numbers they fail with 500 otherwise. MongoDB's adapter does not anchor
   * them, so they are refused there.
   */
  anchors: 'text and numbers' | 'text' | 'none';
  /** Where `$id` is looked up: ignoring case, or as it is written. Ids are unique ignoring case on all. */
  findsIdsInAnyCase: boolean;
  /** Nulls come first in an ascending order and last in a descending one; otherwise the other way round. */
  nullsFirst: boolean;
  /** `notEqual`, `notContains` and the like leave out rows where the column is null. */
  negationSkipsNulls: boolean;
  /** How a fulltext index finds words. */
  search: 'innodb' | 'english' | 'words';
  /** `search` queries that one list may have. */
  searchesPerList: number;
  /** `$sequence`: a number from 1 on, or a UUID of version 7. */
  sequence: 'number' | 'uuid';
  /** Bytes of an index entry beyond which a row cannot be written; undefined where values are cut to fit. */
  largestIndexEntry: number | undefined;
  /** Years before 1000 and `text` values of more than 65,535 bytes are taken. */
  wideValues: boolean;
  /** An upsert of a new row that meets a unique value of another row changes that other row and answers 200; else 409. */
  upsertOverwritesUnique: boolean;
  /** A fraction on an integer column, or more than its width, is 500; a commit of it stays `committing`. */
  strictIntegers: boolean;
  /** Two commits at once on one row: the second waits, or fails at once with 400 `transaction_failed`. */
  commitsOnOneRow: 'wait' | 'fail';
  /** Two commits at once that take rows in opposite orders: one waits, one fails with 500, or 400 `transaction_failed`. */
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

/** The engine of that name; throws for a name that is none. */
export function engineNamed(name: string): Engine {
  const engine = (engines as Record<string, Engine | undefined>)[name];
  if (!engine) throw new Error(`There is no database ${name}. Known: ${engineNames.join(', ')}.`);
  return engine;
}
