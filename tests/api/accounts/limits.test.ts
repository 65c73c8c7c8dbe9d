import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR } from '#shared/domain/clock.ts';
import { PASSWORD, type Service, startService, uniqueName } from '../../support/harness.ts';
import type { Answer } from '../../support/send.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({
    REGISTRATIONS_PER_HOUR: '3',
    COMPLAINTS_PER_HOUR: '2',
    LOGIN_FAILURES_PER_ADDRESS: '4',
  });
  // All windows have just begun, so that none ends in the middle of the test.
  service.local.clock.moveTo((Math.floor(Date.now() / HOUR) + 1) * HOUR);
});
afterAll(() => service.close());

function refusedUntilLater(answer: Answer): void {
  expect(answer.problem(429).code).toBe('too_many_requests');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(3_600);
}

it('registrations, complaints and failed logins have the limits that are set, and give way when their time is over', async () => {
  const people = [await service.person(), await service.person(), await service.person()];
  const [ada] = people;
  const register = () =>
    service.send('POST', '/user', { json: { username: uniqueName(), password: PASSWORD, name: 'One Too Many' } });
  refusedUntilLater(await register());

  const file = () => ada?.send('POST', '/complain', { json: { title: 'A broken lamp', description: 'Dark.' } });
  expect([(await file())?.status, (await file())?.status]).toEqual([201, 201]);
  const third = await file();
  if (third) refusedUntilLater(third);

  const guess = (password: string) => service.send('POST', '/login', { json: { username: ada?.username, password } });
  for (let turn = 0; turn < 4; turn += 1) (await guess('wrong-password-1')).problem(401);
  refusedUntilLater(await guess('wrong-password-1'));
  refusedUntilLater(await guess(PASSWORD));

  service.local.clock.advance(61 * 60_000);
  await service.local.settle();
  expect((await guess(PASSWORD)).status).toBe(200);
  expect((await register()).status).toBe(201);
  expect((await file())?.status).toBe(201);
});
