import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Profile } from '#shared/contract/responses.ts';
import { unsubscribeToken } from '#shared/services/accounts/links.ts';
import { accountOf, linkFor, setConfirmedAddress } from '../support/account-notifications.ts';
import { PASSWORD } from '../support/enrol.ts';
import { type Service, startService, uniqueName } from '../support/harness.ts';
import { makePicture } from '../support/pictures.ts';
import { openBrowser } from './support/browser.ts';
import { Explorer, execute, openExplorer } from './support/explorer.ts';

let service: Service;
let browser: Browser;
beforeAll(async () => {
  [service, browser] = await Promise.all([startService({ CORS_ORIGINS: '*' }), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

it('lets a person log in, file a complaint with a picture, find it in the list, see what is wrong, and log out and in again by an operation, with the functions on their own domains', async () => {
  const [auth, users, complaints] = ['auth', 'users', 'complaints'].map((id) => service.local.functionUrl(id));
  const API_ORIGINS = `auth=${auth},users=${users},complaints=${complaints}`;
  const elsewhere = await startService({ API_ORIGINS, PUBLIC_ENDPOINT: service.local.endpoint });
  const { username } = await service.person();
  const docs = elsewhere.local.functionUrl('docs');
  const explorer = await openExplorer(browser, `${docs}/`);
  await explorer.logIn(username, 'not-the-password');
  await explorer.page.getByText('The username or the password is wrong.').waitFor();
  await explorer.logIn(username);
  expect(await explorer.loggedIn()).toBe(username);

  const filing = await explorer.open('Complaints', 'createComplaint');
  await filing.locator('.opblock-section-request-body select').first().selectOption('multipart/form-data');
  const title = `Lamp ${uniqueName()}`;
  await filing.locator('[data-property-name=title] input').fill(title);
  const picture = { name: 'lamp.jpg', mimeType: 'image/jpeg', buffer: await makePicture('jpeg') };
  await filing.locator('[data-property-name=image1] input[type=file]').setInputFiles(picture);
  const filed = await execute(filing);
  expect(filed.status).toBe('201');
  expect(JSON.parse(filed.body)).toMatchObject({ title, username, images: [{ type: 'image/jpeg' }] });

  // The picture is shown above the answer, and its long token is abbreviated.
  const shown = filing.locator('.live-responses-table .pictures img');
  await shown.waitFor();
  await explorer.page.evaluate("document.querySelector('.pictures img').decode()");
  expect(filed.body).toContain('token=…');

  const listed = await execute(await explorer.open('Complaints', 'readComplaints'));
  expect(listed.status).toBe('200');
  expect(listed.body).toContain(title);

  await filing.locator('[data-property-name=title] input').fill('No');
  await filing.locator('.btn-clear').click();
  const refused = await execute(filing);
  expect(refused.status).toBe('422');
  const errors = [{ field: 'title', code: 'too_short', message: 'must have at least 3 characters; "No" was sent' }];
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'invalid_fields', errors });

  await explorer.page.click('#logout');
  await explorer.page.locator('#login [name=username]').waitFor();
  await filing.locator('.btn-clear').click();
  expect(await execute(filing)).toMatchObject({ status: '401' });

  const login = await explorer.open('Accounts', 'login');
  for (const width of [1280, 390]) {
    await explorer.page.setViewportSize({ width, height: 844 });
    expect(await explorer.width()).toBe(width);
  }
  const json = JSON.stringify({ username, password: PASSWORD });
  await login.locator('.opblock-section-request-body textarea').fill(json);
  expect(await execute(login)).toMatchObject({ status: '200' });
  expect(await explorer.loggedIn()).toBe(username);
  await filing.locator('.btn-clear').click();
  expect(await execute(filing)).toMatchObject({ status: '422' });
  await explorer.page.reload();
  expect(await explorer.loggedIn()).toBe(username);
  expect(explorer.complaints).toEqual([]);
  // The picture comes from Appwrite itself.
  expect([...explorer.origins].sort()).toEqual([docs, auth, complaints, service.local.url].sort());
  await explorer.page.context().close();
  await elsewhere.close();
});

/** Opens the link of a mail: the page with name and token in the fragment. */
async function openLink(fragment: string, width = 1280) {
  const context = await browser.newContext({ viewport: { width, height: 844 } });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.goto(`${service.local.url}/${fragment}`);
  await page.locator('#mail-link').waitFor();
  return { page, asked };
}

it('sets a new password by the link of a mail, explains a refused one, and sends nothing before', async () => {
  const { username } = await service.person();
  await setConfirmedAddress(service, username, `${username}@example.org`);
  const token = await linkFor(service, username, 'reset');
  const { page, asked } = await openLink(`#reset=${token}`, 390);
  expect(page.url()).not.toContain(token);
  expect(asked.filter((request) => request.startsWith('POST'))).toEqual([]);
  expect(asked).toContain('GET /explorer.js');
  expect(asked).not.toContain('GET /swagger-ui.js');
  expect(await page.locator('#explorer').isVisible()).toBe(false);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await page.fill('#mail-link [name=password]', 'password1');
  await page.click('#mail-link button');
  await page.getByText('is one of the most common passwords').waitFor();
  await page.fill('#mail-link [name=password]', 'another-Horse-77');
  await page.click('#mail-link button');
  await page.getByText('The new password is set. Log in with it.').waitFor();
  expect(asked.filter((request) => request.startsWith('POST'))).toEqual(Array(2).fill('POST /recovery/confirm'));
  await service.login(username, 'another-Horse-77');
  await page.context().close();
});

it('confirms an address and stops mails by the links of mails, and says when a link has expired', async () => {
  const person = await service.person();
  const email = `${person.username}@example.org`;
  (await person.send('PUT', '/user', { json: { email, currentPassword: PASSWORD } })).as(Profile);
  const token = await linkFor(service, person.username, 'confirm');
  const { $id } = await accountOf(service, person.username);
  const stop = unsubscribeToken($id, service.settings.TOKEN_SECRET ?? '');
  const steps = [
    [`#confirm=${token}`, 'Your e-mail address is confirmed.'],
    [`#confirm=${token}`, 'This link is no longer valid. Ask for a new one.'],
    [`#unsubscribe=${stop}`, 'You will get no more mails about complaints.'],
  ] as const;
  for (const [fragment, said] of steps) {
    const { page } = await openLink(fragment);
    await page.click('#mail-link button');
    await page.locator('#mail-link [role=status]').getByText(said).waitFor();
    await page.context().close();
  }
  const profile = (await person.send('GET', '/user')).as(Profile);
  expect(profile).toMatchObject({ email, emailConfirmed: true, notify: 'none' });
});

it('shows the complaint that a mail links to: its public part to everybody, a hidden one to its reporter', async () => {
  const [reporter, admin] = await service.people('user', 'admin');
  const title = 'Hole <img src=x onerror=alert(1)> in the road';
  const images = [Buffer.from(await makePicture('jpeg')).toString('base64')];
  const place = { location: 'Main street 5', latitude: 52.5, longitude: 13.4 };
  const { id, reference } = await reporter.file({ title, description: '<script>alert(2)</script>', images, ...place });
  const change = { id, status: 'in_progress', progress: 40, note: 'We <b>begin</b>.', internalNote: 'Not for all.' };
  await admin.send('PUT', '/complain', { json: change });
  const context = await browser.newContext({ viewport: { width: 1280, height: 844 } });
  const explorer = new Explorer(await context.newPage());
  const { page } = explorer;
  await page.goto(`${service.local.url}/#complaint=${id}`);
  const card = page.locator('#complaint');
  await card.locator('h1').waitFor();
  const said = (await card.textContent()) ?? '';
  const parts = [reference, title, 'in progress', '40 %', 'Main street 5 (52.5, 13.4)', '<script>alert(2)</script>'];
  for (const part of [...parts, 'What happened', 'We <b>begin</b>.', 'by an admin']) expect(said).toContain(part);
  for (const part of [admin.username, 'Not for all.']) expect(said).not.toContain(part);
  await page.evaluate("document.querySelector('#complaint img').decode()");
  expect(await card.locator('img, script, b').count()).toBe(1);
  expect(await page.locator('#explorer').isVisible()).toBe(false);
  expect(await explorer.width()).toBe(1280);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await explorer.width()).toBe(390);

  // The stored token decides what is shown.
  await admin.send('PUT', '/complain', { json: { id, hidden: true } });
  await page.reload();
  await card.getByText('There is no such complaint, or it is not public.').waitFor();
  await explorer.logIn(reporter.username);
  await card.getByText('hidden from the public').waitFor();
  await page.evaluate(`location.hash = 'complaint=${'0'.repeat(20)}'`);
  await card.getByText('There is no such complaint').waitFor();
  expect(explorer.complaints).toEqual([]);
  await page.context().close();
});
