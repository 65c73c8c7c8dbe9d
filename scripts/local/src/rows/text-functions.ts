import type { DatabaseSync } from 'node:sqlite';
import { type Engine, engines } from '../database/engine.ts';
import { patternKey, textKey } from './collation.ts';
import { searchRules } from './search.ts';

/**
 * Adds the SQL functions that the tables use: `fold`, `pattern` and `search_words`. Tables can be written only with
 * them.
 */
export function addTextFunctions(sqlite: DatabaseSync, engine: Engine = engines.mariadb): void {
  const key = textKey(engine);
  const pattern = patternKey(engine);
  const { words } = searchRules[engine.search];
  const deterministic = { deterministic: true };
  sqlite.function('fold', deterministic, (value) => (typeof value === 'string' ? key(value) : value));
  sqlite.function('pattern', deterministic, (value) => (value === null ? null : pattern(String(value))));
  sqlite.function('search_words', deterministic, (value) => (typeof value === 'string' ? words(value).join(' ') : ''));
}
