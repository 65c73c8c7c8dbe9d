/** Appwrite refuses a query that is longer than this as JSON (recorded: 400 `general_argument_invalid`). */
const MAX_QUERY_CHARACTERS = 4_096;
/** `{"method":"equal","attribute":"","values":[]}` and some room. */
const QUERY_OVERHEAD = 96;
/** The most values that one `equal` takes. */
const MAX_VALUES = 500;

/**
 * Splits ids into groups that each fit into one `equal` query. `overhead` is the room in characters that the query needs
 * beside the ids and its usual frame, such as a long name of a column.
 */
export function chunkIds(ids: readonly string[], overhead = 0): string[][] {
  const room = MAX_QUERY_CHARACTERS - QUERY_OVERHEAD - overhead;
  const chunks: string[][] = [];
  let chunk: string[] = [];
  let used = 0;
  for (const id of ids) {
    const length = JSON.stringify(id).length + 1;
    if (chunk.length === MAX_VALUES || (chunk.length > 0 && used + length > room)) {
      chunks.push(chunk);
      chunk = [];
      used = 0;
    }
    chunk.push(id);
    used += length;
  }
  return chunk.length === 0 ? chunks : [...chunks, chunk];
}
