import type { Snapshot } from 'local-appwrite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeDeliveries } from '#shared/appwrite/deliveries.ts';
import { DAY } from '#shared/domain/clock.ts';
import { randomId } from '#shared/domain/ids.ts';
import { readUnsubscribeToken } from '#shared/services/accounts/links.ts';
import { DAYS_SETTINGS, type Service, startService } from '../../support/harness.ts';
import { advanceMinutes, deliveriesOf, giveAddress, inboxOf, mailAdmin } from '../../support/mail.ts';

let service: Service;
let start: Snapshot;
beforeAll(async () => {
  service = await startService(DAYS_SETTINGS, { notifications: true, maintenance: false });
  start = await service.local.snapshot();
});
// Moves the clock back to the present: tokens and signatures of new accounts are valid for a limited time only.
beforeEach(() => service.local.restore(start));
afterAll(() => service.close());

const mailsTo = (username: string) => inboxOf(service, `${username}@example.org`);

async function people() {
  const [reporter, staff] = await service.people('user', 'staff');
  return { reporter, staff, id: await giveAddress(service, reporter.username) };
}

describe('mails about a complaint', () => {
  it('give the reporter a receipt, and combine the changes of two minutes', async () => {
    const { reporter, staff } = await people();
    await giveAddress(service, staff.username);
    const { id } = await reporter.file({ title: 'A lamp <b>' });
    await advanceMinutes(service, 3);
    const [receipt, ...none] = await mailsTo(reporter.username);
    expect(none).toEqual([]);
    expect(receipt?.subject).toContain('A lamp <b>');
    expect(receipt?.text).toContain('We have received the report.');
    expect(receipt?.text).toContain(`https://app.example/reports/#complaint=${id}`);
    await staff.send('PUT', '/complain', { json: { id, status: 'acknowledged', internalNote: 'Not for them.' } });
    await staff.send('PUT', '/complain', { json: { id, status: 'in_progress', note: 'A <crew> is coming.' } });
    await advanceMinutes(service, 4);
    const mails = await mailsTo(reporter.username);
    expect(mails).toHaveLength(2);
    expect(mails[0]?.text).toMatch(/was acknowledged\.\nWork has begun\.\n.*A <crew> is coming\./s);
    expect(mails[0]?.text).not.toContain('Not for them');
    expect(await mailsTo(staff.username)).toEqual([]);
  });

  it('say why they were sent, and contain a link that unsubscribes without a login', async () => {
    const { reporter, id: accountId } = await people();
    await reporter.file();
    await advanceMinutes(service, 3);
    const [mail] = await mailsTo(reporter.username);
    expect(mail?.text).toContain('because you filed this report');
    const [, token = ''] = /https:\/\/app\.example\/reports\/#unsubscribe=(\S+)/.exec(mail?.text ?? '') ?? [];
    expect(readUnsubscribeToken(token, [service.settings.TOKEN_SECRET])).toBe(accountId);
    expect(readUnsubscribeToken(token, ['another secret'])).toBeUndefined();
    expect(readUnsubscribeToken(`${randomId()}${token.slice(20)}`, [service.settings.TOKEN_SECRET])).toBeUndefined();
  });

  it('are in German for people who chose it, and obey their notify setting', async () => {
    const { reporter, staff } = await people();
    await giveAddress(service, reporter.username, { language: 'de', notify: 'all' });
    const { id } = await reporter.file();
    await staff.send('PUT', '/complain', { json: { id, status: 'in_progress' } });
    await advanceMinutes(service, 3);
    await staff.send('PUT', '/complain', { json: { id, progress: 40 } });
    await advanceMinutes(service, 3);
    expect(
      (await mailsTo(reporter.username)).map(({ text }) => /Die Arbeit .*|Wir haben .*\n.*/.exec(text)?.[0]),
    ).toEqual(['Die Arbeit ist zu 40 % erledigt.', 'Wir haben die Meldung erhalten.\nDie Arbeit hat begonnen.']);
    await giveAddress(service, reporter.username, { notify: 'important' });
    await staff.send('PUT', '/complain', { json: { id, progress: 50 } });
    await giveAddress(service, reporter.username, { notify: 'none' });
    await staff.send('PUT', '/complain', { json: { id, status: 'resolved' } });
    await advanceMinutes(service, 3);
    expect(await mailsTo(reporter.username)).toHaveLength(2);
  });

  it('never go to an unconfirmed address', async () => {
    const { reporter } = await people();
    await giveAddress(service, reporter.username, { emailConfirmed: false });
    const { id } = await reporter.file();
    await advanceMinutes(service, 3);
    expect(await mailsTo(reporter.username)).toEqual([]);
    expect(await deliveriesOf(service, id)).toEqual([]);
  });

  it('tell the new assignee of a complaint, unless they are no longer staff by then', async () => {
    const { reporter, staff } = await people();
    const [other] = await service.people('staff');
    await giveAddress(service, other.username);
    const { id } = await reporter.file();
    await staff.send('PUT', '/complain', { json: { id, assignedTo: other.username } });
    await advanceMinutes(service, 3);
    expect((await mailsTo(other.username))[0]?.text).toContain('was assigned to you');
    await staff.send('PUT', '/complain', { json: { id, status: 'in_progress' } });
    await service.local.settle();
    const [admin] = await service.people('admin');
    await admin.send('PUT', '/user/role', { json: { username: other.username, role: 'user' } });
    await advanceMinutes(service, 3);
    const ofComplaint = (await mailsTo(other.username)).filter(({ text }) => text.includes(`#complaint=${id}`));
    expect(ofComplaint).toHaveLength(1);
    const skipped = (await deliveriesOf(service, id)).filter(({ status }) => status === 'skipped');
    expect(skipped).toMatchObject([{ reason: expect.stringContaining('not concerned any more'), messageId: null }]);
  });

  it('tell followers of public changes, as long as they follow', async () => {
    const { reporter, staff } = await people();
    const [follower, former, hushed] = await service.people('user', 'user', 'user');
    for (const { username } of [follower, former]) await giveAddress(service, username);
    await giveAddress(service, hushed.username, { notify: 'none' });
    const { id } = await reporter.file();
    for (const person of [follower, former, hushed]) await person.send('POST', '/complain/follow', { json: { id } });
    await staff.send('PUT', '/complain', {
      json: { id, status: 'in_progress', note: 'We begin.', internalNote: 'Not theirs.' },
    });
    await former.send('POST', '/complain/unfollow', { json: { id } });
    await advanceMinutes(service, 4);
    const [mail, ...more] = await mailsTo(follower.username);
    expect(more).toEqual([]);
    expect(mail?.text).toMatch(/Work has begun.*We begin\..*because you follow this report/s);
    expect(mail?.text).not.toContain('Not theirs');
    for (const { username } of [former, hushed]) expect(await mailsTo(username)).toEqual([]);
  });

  it('contain nothing of complaints that were hidden or deleted before sending', async () => {
    const { reporter } = await people();
    const [follower, admin] = await service.people('user', 'admin');
    const accountId = await giveAddress(service, follower.username);
    const { id } = await reporter.file();
    const mail = {
      channel: 'mail',
      kind: 'complaint.changed',
      accountId,
      complaintId: id,
      complaintVersion: 2,
    } as const;
    const now = { at: new Date(0).toISOString(), dueAt: new Date(0) };
    const follow = { ...mail, ...now, told: ['resolved'], audiences: ['follower'] } as const;
    await admin.send('PUT', '/complain', { json: { id, hidden: true } });
    const make = () =>
      makeDeliveries(service.connection.store, [
        { ...follow, told: [...follow.told], audiences: ['follower'], outboxId: randomId() },
      ]);
    await make();
    await advanceMinutes(service, 1);
    expect(await deliveriesOf(service, accountId)).toMatchObject([
      { status: 'skipped', reason: 'The complaint is hidden.' },
    ]);
    expect((await deliveriesOf(service, id)).map(({ status }) => status)).toContain('pending');
    await admin.send('POST', '/complain/delete', { json: { id } });
    await service.local.settle();
    // Waiting deliveries are gone, and one that a run in progress still creates is skipped.
    expect((await deliveriesOf(service, id)).map(({ status }) => status)).not.toContain('pending');
    await make();
    await advanceMinutes(service, 3);
    expect(await mailsTo(follower.username)).toEqual([]);
    expect(await mailsTo(reporter.username)).toEqual([]);
    const reasons = (await deliveriesOf(service, id)).map(({ reason }) => reason);
    expect(reasons).toContain('The complaint was deleted.');
  });
});

describe('what a mail leaves behind', () => {
  it('is one user of that address, no message, and a delivery for 30 days', async () => {
    const { reporter, id: accountId } = await people();
    await reporter.file();
    await reporter.file();
    await advanceMinutes(service, 4);
    const { usersOf, messages } = mailAdmin(service);
    expect(await usersOf(`${reporter.username}@example.org`)).toMatchObject([
      { name: '', prefs: {}, emailVerification: false },
    ]);
    expect(await mailsTo(reporter.username)).toHaveLength(2);
    expect(await messages()).toEqual([]);
    const sent = { status: 'sent', reason: null, messageId: null, attempts: 1 };
    expect(await deliveriesOf(service, accountId)).toMatchObject([sent, sent]);
    service.local.clock.advance(31 * DAY);
    await service.local.settle();
    await advanceMinutes(service, 1);
    expect(await deliveriesOf(service, accountId)).toEqual([]);
  });
});
