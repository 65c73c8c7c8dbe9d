import { expect, it } from 'vitest';
import { type BackgroundFunction, createBackground } from '#shared/http/background.ts';
import type { RuntimeContext } from '#shared/http/runtime.ts';

/**
 * Three jobs: `often` runs for deletions and every minute, `seldom` every ten minutes, `never` for deletions only.
 * `seldom` answers with the given status.
 */
function makeBackground({ status = 200 } = {}) {
  const called: string[] = [];
  const member = (
    id: string,
    events: string[],
    everyMinutes: number | undefined,
    answer: number,
  ): BackgroundFunction => ({
    id,
    events,
    everyMinutes,
    async handle({ res, log }) {
      called.push(id);
      log(`from ${id}`);
      return res.send(JSON.stringify({ id }), answer, { 'content-type': 'application/json', 'x-own': id });
    },
  });
  const members = [
    member('often', ['databases.main.tables.complaints.rows.*.delete'], 1, 200),
    member('seldom', ['databases.main.tables.users.rows.*.delete'], 10, status),
    member('never', ['databases.main.tables.users.rows.*.delete'], undefined, 200),
  ];
  const clock = { minute: 0, second: 3 };
  const now = () => new Date(Date.UTC(2026, 0, 1, 12, clock.minute, clock.second));
  const handle = createBackground(members, now);
  /** The jobs of a scheduled run at this time. */
  const runAt = async (minute: number, second = 3) => {
    Object.assign(clock, { minute, second });
    await call(handle, schedule);
    return called.splice(0);
  };
  return { called, handle, runAt };
}

async function call(
  handle: (context: RuntimeContext) => Promise<unknown>,
  headers: Record<string, string>,
  method = 'POST',
) {
  const seen = { status: 0, body: '', headers: {} as Record<string, string>, lines: [] as string[] };
  await handle({
    req: { method, path: '/', queryString: '', headers, bodyBinary: Buffer.alloc(0) },
    res: { send: (body, status, sent) => Object.assign(seen, { body, status, headers: sent }) },
    log: (line) => seen.lines.push(line),
    error: (line) => seen.lines.push(line),
  });
  return seen;
}

const event = (name: string) => ({ 'x-appwrite-trigger': 'event', 'x-appwrite-event': name });
const schedule = { 'x-appwrite-trigger': 'schedule' };

it.each([
  'databases.main.tables.complaints.rows.abc.delete',
  'databases.main.collections.complaints.documents.abc.delete',
])('passes the event %s to its job, and returns that job’s answer', async (name) => {
  const { called, handle } = makeBackground();
  const { status, body, headers, lines } = await call(handle, event(name));
  expect(called).toEqual(['often']);
  expect({ status, body, lines }).toEqual({ status: 200, body: '{"id":"often"}', lines: ['from often'] });
  expect(headers['x-own']).toBe('often');
});

it('passes an event to every job that handles it', async () => {
  const { called, handle } = makeBackground();
  await call(handle, event('databases.main.tables.users.rows.abc.delete'));
  expect(called).toEqual(['seldom', 'never']);
});

const all = ['often', 'seldom'];

it('runs every job in the first run of a process, at any minute', async () => {
  for (const minute of [0, 1, 9, 10, 30]) expect(await makeBackground().runAt(minute)).toEqual(all);
});

it('runs each job when it is due, also when runs are late or missing', async () => {
  const { runAt } = makeBackground();
  const seldom: number[] = [];
  for (const minute of [8, 9, 10, 11, 12, 19, 23, 24, 30, 55, 59]) {
    const called = await runAt(minute);
    expect(called).toContain('often');
    if (called.includes('seldom')) seldom.push(minute);
  }
  expect(seldom).toEqual([8, 10, 23, 30, 55]);
});

it('runs each job once, with a clock that is some seconds fast or slow', async () => {
  const { runAt } = makeBackground();
  await runAt(0);
  expect(await runAt(9, 2)).toEqual(['often']);
  expect(await runAt(9, 59)).toEqual(all);
  expect(await runAt(11, 1)).toEqual(['often']);
  expect(await runAt(19, 59)).toEqual(all);
  expect(await runAt(20, 1)).toEqual([]);
});

it('runs every job again after the clock was set back', async () => {
  const { runAt } = makeBackground();
  await runAt(45);
  expect(await runAt(31)).toEqual(all);
  expect(await runAt(32)).toEqual(['often']);
});

it('does not count events and executions made with a key as runs of the schedule', async () => {
  const { handle, called, runAt } = makeBackground();
  await call(handle, event('databases.main.tables.complaints.rows.abc.delete'));
  await call(handle, { 'x-appwrite-trigger': 'http' });
  called.splice(0);
  expect(await runAt(3)).toEqual(all);
});

it('answers a run at which nothing is due with 200 and an empty object', async () => {
  const { handle } = makeBackground();
  await call(handle, schedule);
  expect(await call(handle, schedule)).toMatchObject({ status: 200, body: '{}', lines: [] });
});

it('fails when one job fails, and returns the answer of each', async () => {
  const { handle } = makeBackground({ status: 503 });
  const { status, body, lines } = await call(handle, schedule);
  expect(status).toBe(503);
  expect(JSON.parse(body)).toEqual({ often: { id: 'often' }, seldom: { id: 'seldom' } });
  expect(lines).toHaveLength(2);
});

it('runs all scheduled jobs for a POST made with a key, and calls all jobs for a GET', async () => {
  const [post, get] = [makeBackground(), makeBackground()];
  await call(post.handle, { 'x-appwrite-trigger': 'http' });
  expect(post.called).toEqual(['often', 'seldom']);
  await call(get.handle, { 'x-appwrite-trigger': 'http' }, 'GET');
  expect(get.called).toEqual(['often', 'seldom', 'never']);
});

it.each([
  event('databases.main.tables.complaints.rows.abc.update'),
  event('databases.other.tables.complaints.rows.abc.delete'),
  event('databases.main.tables.complaints.rows.abc.delete.more'),
  { 'x-appwrite-trigger': 'event' },
  { 'x-appwrite-trigger': 'other' },
  {},
])('refuses %j', async (headers) => {
  const { called, handle } = makeBackground();
  const { status, body } = await call(handle, headers);
  expect(called).toEqual([]);
  expect({ status, code: JSON.parse(body).code }).toEqual({ status: 403, code: 'forbidden' });
});
