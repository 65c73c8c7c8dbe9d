import { rowsPath, Subject } from './bench/subject.ts';

const rows = 100_000;
const reads = 6_000;
const pageReads = 40;
const atOnce = 16;

const subject = await Subject.start();
try {
  console.log(
    `start                          ${subject.startedIn.toFixed(0)} ms, ${subject.work().toFixed(2)} s of work`,
  );
  await measure({ name: `${rows} rows written in bulk`, calls: rows / 100, each: 100 }, (call) =>
    subject.ask('POST', rowsPath, { rows: some(call) }),
  );
  await measure({ name: 'getRow', calls: reads }, (call) =>
    subject.ask('GET', `${rowsPath}/row-${(call * 37) % rows}`),
  );
  await measure({ name: 'listRows by id', calls: reads }, (call) => {
    const byId = query('equal', '$id', [`row-${(call * 37) % rows}`]);
    return subject.ask('GET', `${rowsPath}?${byId}&${query('limit', '', [1])}&total=0`);
  });
  for (const [where, number] of [
    ['first', rows],
    ['middle', rows / 2],
    ['last', 30],
  ] as const) {
    await page(`a page of 20 by index, ${where}`, [
      query('equal', 'topic', ['all']),
      query('lessThan', 'number', [number]),
      query('orderDesc', 'number', []),
      query('limit', '', [20]),
      'total=0',
    ]);
  }
  await page('the newest 20 of all', [query('orderDesc', '$createdAt', []), query('limit', '', [20]), 'total=0']);
  await page('20 with total (stops at 5000)', [query('equal', 'topic', ['all']), query('limit', '', [20])]);
} finally {
  await subject.stop();
}

function some(call: number) {
  return Array.from({ length: 100 }, (_, index) => {
    const number = call * 100 + index;
    return { $id: `row-${number}`, title: `Row ${number}`, topic: 'all', number };
  });
}

function query(method: string, attribute: string, values: unknown[]): string {
  const parts = { method, ...(attribute ? { attribute } : {}), values };
  return `queries[]=${encodeURIComponent(JSON.stringify(parts))}`;
}

/** Calls by several clients at once: a second of the wall and a second of the server's own work. */
async function measure(
  { name, calls, each = 1 }: { name: string; calls: number; each?: number },
  call: (number: number) => Promise<unknown>,
): Promise<void> {
  const waiting = Array.from({ length: calls }, (_, number) => number).values();
  const [began, workBefore] = [performance.now(), subject.work()];
  const client = async () => {
    for (const number of waiting) await call(number);
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  const seconds = (performance.now() - began) / 1000;
  const work = subject.work() - workBefore;
  const perSecond = (span: number) => Math.round((calls * each) / span).toLocaleString('en');
  console.log(`${name.padEnd(30)} ${perSecond(seconds)} a second, ${perSecond(work)} a second of one core`);
}

async function page(name: string, parameters: string[]): Promise<void> {
  const times: number[] = [];
  for (let call = 0; call < pageReads; call += 1) {
    const began = performance.now();
    await subject.ask('GET', `${rowsPath}?${parameters.join('&')}`);
    times.push(performance.now() - began);
  }
  const median = times.sort((a, b) => a - b)[pageReads / 2] ?? 0;
  console.log(`${name.padEnd(30)} ${median.toFixed(2)} ms`);
}
