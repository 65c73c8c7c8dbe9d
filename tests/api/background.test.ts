import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { HOUR, MINUTE, SECOND } from '#shared/domain/clock.ts';
import { linesSince } from '../support/executions.ts';
import { type Service, startService } from '../support/harness.ts';

/** The calls of each job when it has nothing to do, as OPERATING.md states them. */
const IDLE = { outbox: 2, schedule: 9 };
const Line = z.object({ route: z.string(), status: z.number(), calls: z.number() });

let service: Service;
beforeAll(async () => {
  // A hedge delay of 20 s keeps reads from being repeated on a busy machine, which would change the counts.
  service = await startService({ APPWRITE_HEDGE_MS: '20000', APPWRITE_TIMEOUT_MS: '20000' }, { layout: 'compact' });
});
afterAll(() => service.close());

/** Advances the clock by so many minutes at once, so that the schedule runs once; returns what `background` logged. */
async function linesAfter(minutes: number): Promise<z.infer<typeof Line>[]> {
  const { clock } = service.local;
  const before = clock.now();
  clock.advance(minutes * MINUTE);
  await service.settle();
  return (await linesSince(service, 'background', before)).map((line) => z.parse(Line, line));
}

/** Moves the clock to one second after so many minutes past the next full hour. */
async function moveTo(minutes: number): Promise<void> {
  const { clock } = service.local;
  clock.moveTo((Math.floor(clock.now() / HOUR) + 1) * HOUR + minutes * MINUTE + SECOND);
  await service.settle();
}

const jobs = (lines: z.infer<typeof Line>[]) => lines.map(({ route }) => route).sort();

it('does maintenance every ten minutes and in the first run of a new process, and makes few calls when idle', async () => {
  await moveTo(2);
  expect(await linesAfter(1)).toEqual([{ route: 'outbox', status: 200, calls: IDLE.outbox }]);
  expect(jobs(await linesAfter(7))).toEqual(['outbox', 'schedule']);
  expect(jobs(await linesAfter(1))).toEqual(['outbox']);
  service.local.killFunction('background');
  const anew = await linesAfter(1);
  expect(Object.fromEntries(anew.map(({ route, calls }) => [route, calls]))).toEqual(IDLE);
  expect(anew.map(({ status }) => status)).toEqual([200, 200]);
  expect(jobs(await linesAfter(1))).toEqual(['outbox']);
});

it('does what is due when every run starts a new process', async () => {
  await moveTo(34);
  for (let run = 0; run < 3; run += 1) {
    service.local.killFunction('background');
    expect(jobs(await linesAfter(5))).toEqual(['outbox', 'schedule']);
  }
});
