import { Query } from 'node-appwrite';

/** Appwrite refuses a query of 4,096 characters of JSON or more with a 400. */
const LONGEST_QUERY = 4_000;

/** The distinct values in chunks that each fit into one `equal` query, at most `most` values per chunk. */
export function valueChunks(column: string, values: Iterable<string>, most = 100): string[][] {
  const chunks: string[][] = [];
  let length = LONGEST_QUERY;
  for (const value of new Set(values)) {
    const added = JSON.stringify(value).length + 1;
    const chunk = chunks.at(-1);
    if (chunk && chunk.length < most && length + added <= LONGEST_QUERY) {
      chunk.push(value);
      length += added;
    } else {
      chunks.push([value]);
      length = Query.equal(column, [value]).length;
    }
  }
  return chunks;
}

/** An id that no row has. */
const NO_ROW = '0'.repeat(20);

/**
 * The ids, or one id that no row has when there are none. A query that matches only hidden complaints then makes as
 * many calls as one without matches, so its duration reveals nothing.
 */
export function orNoRow(ids: Iterable<string>): string[] {
  const all = [...ids];
  return all.length > 0 ? all : [NO_ROW];
}

/** Reads the rows for a list of values, in parallel queries when one cannot hold them all. In no order. */
export async function readInChunks<T>(
  column: string,
  values: Iterable<string>,
  read: (query: string, most: number) => Promise<T[]>,
): Promise<T[]> {
  const chunks = valueChunks(column, values);
  const found = await Promise.all(chunks.map((chunk) => read(Query.equal(column, chunk), chunk.length)));
  return found.flat();
}
