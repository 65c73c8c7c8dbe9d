import { afterAll, beforeAll, expect, it } from 'vitest';
import { logOf } from '../support/function-log.ts';
import { PASSWORD, type Service, startService } from '../support/harness.ts';
import type { Answer } from '../support/send.ts';

let service: Service;
let username: string;

beforeAll(async () => {
  service = await startService({ LOGIN_FAILURES_PER_ADDRESS: '1000', LOGIN_FAILURES_PER_DAY: '1000' });
  ({ username } = await service.person());
});
afterAll(() => service.close());

const login = () => service.send('POST', '/login', { json: { username, password: PASSWORD } });

async function refused(answer: Promise<Answer>): Promise<Answer> {
  const { status } = await answer;
  if (status !== 503) throw new Error(`answered ${status}`);
  return answer;
}

it('while as many logins wait as can be served soon, the next is refused at once, and Appwrite is not even asked', async () => {
  const crowd = Array.from({ length: 40 }, login);
  await Promise.any(crowd.map(refused));
  const late = await login();
  expect([late.status, Number(late.headers['retry-after']) > 0]).toEqual([503, true]);
  expect(await logOf(service, 'auth', late)).toMatchObject({ status: 503, calls: 0 });
  const statuses = (await Promise.all(crowd)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(18);
  expect((await login()).status).toBe(200);
});
