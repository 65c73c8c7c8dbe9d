import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService, uniqueName } from '../../support/harness.ts';
import { giveAddress, inboxOf, letMinutesPass } from '../../support/mail.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const mailsTo = async (username: string) => (await inboxOf(service)).filter(({ to }) => to === `${username}@example.org`);

async function people() {
  const [reporter, staff] = await service.people('user', 'staff');
  await giveAddress(service, reporter.username);
  await giveAddress(service, staff.username);
  return { reporter, staff };
}

describe('mails about a complaint', () => {
  it('give the reporter a receipt, and join the changes of two minutes', async () => {
    const { reporter, staff } = await people();
    const { id } = await reporter.file({ title: 'A lamp <b>' });
    await letMinutesPass(service, 4);
    const [receipt, ...none] = await mailsTo(reporter.username);
    expect(none).toEqual([]);
    expect(receipt?.subject).toBe(`${id}: A lamp <b>`);
    expect(receipt?.text).toContain('We have received the report.');
    await staff.send('PUT', '/complain', { json: { id, status: 'acknowledged' } });
    await staff.send('PUT', '/complain', { json: { id, status: 'in_progress', note: 'A crew is on its way.' } });
    await letMinutesPass(service, 4);
    const mails = await mailsTo(reporter.username);
    expect(mails).toHaveLength(2);
    expect(mails[0]?.text).toMatch(/was acknowledged[^]*Work has begun[^]*A crew is on its way\./);
    expect(await mailsTo(staff.username)).toEqual([]);
  });
});
