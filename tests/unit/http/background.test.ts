import { expect, it } from 'vitest';
import { type BackgroundFunction, createBackground } from '#shared/http/background.ts';
import type { RuntimeContext } from '#shared/http/runtime.ts';

/** Two jobs: one by deletions and every minute, one every ten minutes. Each answers with the status it is given. */
function makeBackground({ status = 200, minute = 0 } = {}) {
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
  const now = () => new Date(Date.UTC(2026, 0, 1, 12, minute, 3));
  return { called, handle: createBackground({ members, everyMinutes: 1 }, now) };
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
])('passes the event %s to the job that it concerns, and its answer back as it is', async (name) => {
  const { called, handle } = makeBackground();
  const { status, body, headers, lines } = await call(handle, event(name));
  expect(called).toEqual(['often']);
  expect({ status, body, lines }).toEqual({ status: 200, body: '{"id":"often"}', lines: ['from often'] });
  expect(headers['x-own']).toBe('often');
});

it('passes an event to every job that it concerns', async () => {
  const { called, handle } = makeBackground();
  await call(handle, event('databases.main.tables.users.rows.abc.delete'));
  expect(called).toEqual(['seldom', 'never']);
});

it('runs each job when its minute has come', async () => {
  for (const minute of [0, 1, 9, 10, 30]) {
    const { called, handle } = makeBackground({ minute });
    await call(handle, schedule);
    expect(called).toEqual(minute % 10 === 0 ? ['often', 'seldom'] : ['often']);
  }
});

it('runs a job that its schedule starts late, where the schedule tells which run it is', async () => {
  const called: string[] = [];
  const handle = async () => void called.push('seldom');
  const members = [{ id: 'seldom', events: [], everyMinutes: 10, handle }];
  const late = () => new Date(Date.UTC(2026, 0, 1, 12, 14));
  await call(createBackground({ members, everyMinutes: 10 }, late), schedule);
  expect(called).toEqual(['seldom']);
});

it('runs a job whose minute passed since the run before', async () => {
  const called: number[] = [];
  let minute = 8;
  const handle = async () => void called.push(minute);
  const background = createBackground(
    { members: [{ id: 'seldom', events: [], everyMinutes: 10, handle }], everyMinutes: 1 },
    () => new Date(Date.UTC(2026, 0, 1, 12, minute)),
  );
  for (minute of [8, 9, 11, 12, 19, 33, 34]) await call(background, schedule);
  expect(called).toEqual([11, 33]);
});

it('fails when one job fails, and tells what each has answered', async () => {
  const { handle } = makeBackground({ status: 503 });
  const { status, body, lines } = await call(handle, schedule);
  expect(status).toBe(503);
  expect(JSON.parse(body)).toEqual({ often: { id: 'often' }, seldom: { id: 'seldom' } });
  expect(lines).toHaveLength(2);
});

it('runs all scheduled jobs for a POST made with a key, and asks all jobs for a GET', async () => {
  const [post, get] = [makeBackground({ minute: 3 }), makeBackground({ minute: 3 })];
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
