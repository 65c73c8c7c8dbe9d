import { afterAll, beforeAll, expect, it } from 'vitest';
import { PASSWORD } from '../../support/enrol.ts';
import { logOf } from '../../support/function-log.ts';
import { type Service, startService } from '../../support/harness.ts';
import type { Answer } from '../../support/send.ts';

let service: Service;
let username: string;

beforeAll(async () => {
  service = await startService({ LOGIN_FAILURES_FROM_KNOWN: '1000' });
  ({ username } = await service.person());
});
afterAll(() => service.close());

const login = () => service.send('POST', '/login', { json: { username, password: PASSWORD } });

async function refused(answer: Promise<Answer>): Promise<Answer> {
  const { status } = await answer;
  if (status !== 503) throw new Error(`answered ${status}`);
  return answer;
}

it('a login beyond those of its network that can be served soon is refused at once, without a call to Appwrite', async () => {
  const crowd = Array.from({ length: 40 }, login);
  await Promise.any(crowd.map(refused));
  // Some of these are accepted, because a login that was just served has freed a place.
  const late = await Promise.all(Array.from({ length: 10 }, login));
  const sentAway = late.filter(({ status }) => status === 503);
  for (const { headers } of sentAway) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  const lines = await Promise.all(sentAway.map((answer) => logOf(service, 'auth', answer)));
  expect(lines).toContainEqual(expect.objectContaining({ status: 503, calls: 0 }));

  const statuses = [...(await Promise.all(crowd)), ...late].map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(12);
  expect((await login()).status).toBe(200);
});
