import { encodeCursor } from '#shared/services/complaints/cursor.ts';

const ROUNDS = 11;
const YEAR = 365 * 86_400_000;

type Answer = { total: number; totalIsExact: boolean; items: { createdAt: string }[]; next: string | null };

async function ask(url: string): Promise<Answer> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** The middle of several tries; the first ones warm what is cached and do not count. */
async function time(url: string): Promise<{ ms: number; answer: Answer }> {
  let answer = await ask(url);
  await ask(url);
  const taken: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    answer = await ask(url);
    taken.push(performance.now() - started);
  }
  return { ms: taken.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0, answer };
}

/** Where the page of a given depth ends: found by the time it was filed, which the fill spreads evenly. */
function cursorAt(count: number, depth: number): string {
  const end = Date.UTC(2026, 10, 1);
  const time = new Date(end - 3 * YEAR + Math.floor(((count - depth) / count) * 3 * YEAR)).toISOString();
  return encodeCursor('-createdAt', { position: { time: time.replace('Z', '+00:00'), sequence: '0' }, seen: 0 });
}

const OLDEST = 20;

/** What the lists cost, each through the deployed function and over HTTP. */
export async function measureLists(url: string, count: number): Promise<string[]> {
  const lists: [string, string][] = [
    ['page 1', 'page=1'],
    ['page 100', 'page=100'],
    ['page 1,000', 'page=1000'],
    ['row 20 by cursor', `after=${cursorAt(count, 20)}`],
    [`row ${(count >> 1).toLocaleString('en')} by cursor`, `after=${cursorAt(count, count >> 1)}`],
    [`row ${count.toLocaleString('en')} by cursor`, `after=${cursorAt(count, count - OLDEST)}`],
    ['one status', 'status=on_hold'],
    ['status and category', 'status=on_hold&category=water'],
    ['one reporter', 'username=reporter7'],
    ['words', 'q=burning+playground'],
    ['a word and a status', 'q=burning&status=resolved'],
    ['near, 5 km', 'near=50,10&radius=5000'],
    ['overdue', 'overdue=true'],
  ];
  const lines = [`${'list'.padEnd(26)}${'ms'.padStart(8)}${'total'.padStart(11)}`];
  for (const [what, query] of lists) {
    const { ms, answer } = await time(`${url}/complain?${query}`);
    const total = `${answer.total.toLocaleString('en')}${answer.totalIsExact ? '' : '+'}`;
    lines.push(`${what.padEnd(26)}${ms.toFixed(1).padStart(8)}${total.padStart(11)}`);
  }
  return lines;
}
