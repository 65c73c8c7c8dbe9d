import { Query } from 'node-appwrite';
import { COUNT_CAP } from './complaints.ts';
import type { Store } from './store.ts';

/** Rows that are passed in one call while the end is far. */
const STRIDE = 10 * COUNT_CAP;

/**
 * How many complaints match, however many there are: Appwrite itself stops counting at 5000, so the rows are passed in
 * strides by id, and only the rest is counted. Gives undefined when `isOver` says so before the end.
 */
export async function countExactly(
  { checked }: Store,
  conditions: readonly string[],
  isOver: () => boolean,
): Promise<number | undefined> {
  let passed = 0;
  let last = '';
  for (const stride of [STRIDE, COUNT_CAP]) {
    while (!isOver()) {
      const seek = last === '' ? [] : [Query.greaterThan('$id', last)];
      const step = [Query.orderAsc('$id'), Query.limit(1), Query.offset(stride - 1)];
      const { rows, total } = await checked.list([...conditions, ...seek, ...step], { total: stride === COUNT_CAP });
      const [reached] = rows;
      if (!reached && stride === COUNT_CAP) return passed + total;
      if (!reached) break;
      last = reached.$id;
      passed += stride;
    }
  }
  return undefined;
}
