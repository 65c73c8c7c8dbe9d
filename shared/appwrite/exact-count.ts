import { Query } from 'node-appwrite';
import { COUNT_CAP } from './complaints.ts';
import type { Store } from './store.ts';

/** Rows skipped by one call, the largest step first: a million rows take some 20 calls. */
const STEP_SIZES = [100 * COUNT_CAP, 10 * COUNT_CAP, COUNT_CAP];

/**
 * The number of complaints that match. Appwrite stops counting at 5000, so larger counts skip rows in steps by id and
 * count the rest. Returns undefined when `isOver` turns true before the end.
 */
export async function countExactly(
  { checked }: Store,
  conditions: readonly string[],
  isOver: () => boolean,
): Promise<number | undefined> {
  let passed = 0;
  let last = '';
  const ahead = () => [...conditions, ...(last === '' ? [] : [Query.greaterThan('$id', last)]), Query.orderAsc('$id')];
  const countRest = async () => (await checked.list([...ahead(), Query.limit(1)], { total: true })).total;
  if (isOver()) return undefined;
  const few = await countRest();
  if (few < COUNT_CAP) return few;
  for (const stride of STEP_SIZES) {
    for (;;) {
      if (isOver()) return undefined;
      const [reached] = (await checked.list([...ahead(), Query.limit(1), Query.offset(stride - 1)])).rows;
      if (!reached) break;
      last = reached.$id;
      passed += stride;
    }
  }
  return isOver() ? undefined : passed + (await countRest());
}
