import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR } from '#shared/domain/clock.ts';
import { PASSWORD } from '../../support/enrol.ts';
import { type Service, startService, uniqueName } from '../../support/harness.ts';
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
  const register = (username = uniqueName()) =>
    service.send('POST', '/user', { json: { username, password: PASSWORD, name: 'One Of Many' } });
  const username = uniqueName('ada');
  for (const name of [username, uniqueName(), uniqueName()]) expect((await register(name)).status).toBe(201);
  refusedUntilLater(await register());

  const ada = await service.login(username);
  const file = () => ada.send('POST', '/complain', { json: { title: 'A broken lamp', description: 'Dark.' } });
  expect([(await file()).status, (await file()).status]).toEqual([201, 201]);
  refusedUntilLater(await file());

  const guess = (password: string) => service.send('POST', '/login', { json: { username, password } });
  for (let turn = 0; turn < 4; turn += 1) (await guess('wrong-password-1')).problem(401);
  refusedUntilLater(await guess('wrong-password-1'));
  refusedUntilLater(await guess(PASSWORD));

  service.local.clock.advance(61 * 60_000);
  await service.local.settle();
  expect((await guess(PASSWORD)).status).toBe(200);
  expect((await register()).status).toBe(201);
  expect((await file()).status).toBe(201);
});
