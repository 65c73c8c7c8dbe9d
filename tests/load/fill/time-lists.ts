import { timeKey } from '#shared/domain/ids.ts';
import { sealCursor } from '#shared/services/complaints/cursor.ts';
import { filedAt } from './import.ts';

const ROUNDS = 15;

type Answer = { total: number | null; totalIsExact: boolean; items: { createdAt: string }[]; next: string | null };

async function fetchList(url: string): Promise<Answer> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** The fastest of several rounds, without the load of other processes. */
async function time(url: string): Promise<{ ms: number; answer: Answer }> {
  let answer = await fetchList(url);
  let ms = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    answer = await fetchList(url);
    ms = Math.min(ms, performance.now() - started);
  }
  return { ms, answer };
}

/** The cursor of the page after `depth` complaints. */
function cursorAt(secret: string, count: number, depth: number): string {
  const secrets = { tokenSecret: secret, previousTokenSecret: undefined };
  return sealCursor(secrets, '-createdAt', { key: timeKey(filedAt(count - depth)) });
}

const listsOf = (count: number, secret: string): [what: string, query: string][] => [
  ['page 1', 'page=1'],
  ['page 100', 'page=100'],
  ['page 1,000', 'page=1000'],
  ['after 20 by cursor', `after=${cursorAt(secret, count, 20)}`],
  ['half-way by cursor', `after=${cursorAt(secret, count, count >> 1)}`],
  ['the last row by cursor', `after=${cursorAt(secret, count, count - 1)}`],
  ['one status', 'status=on_hold'],
  ['status and category', 'status=on_hold&category=water'],
  ['one reporter', 'username=reporter7'],
  ['a rare word', 'q=4711'],
  ['two common words', 'q=burning+playground'],
  ['near, 5 km', 'near=50,10&radius=5000'],
  ['overdue', 'overdue=true'],
];

export type ListTime = { what: string; ms: number; total: string };

/** Times each list through the built function and over HTTP. */
export async function timeLists(url: string, count: number, secret: string): Promise<ListTime[]> {
  const measured: ListTime[] = [];
  for (const [what, query] of listsOf(count, secret)) {
    const { ms, answer } = await time(`${url}/complain?${query}`);
    measured.push({
      what,
      ms,
      total: answer.total === null ? '-' : `${answer.total.toLocaleString('en')}${answer.totalIsExact ? '' : '+'}`,
    });
  }
  return measured;
}
