import type { Browser, Locator, Page } from 'playwright-core';
import { PASSWORD } from '../../support/enrol.ts';

/** The explorer as a person uses it. */
export class Explorer {
  readonly page: Page;
  /** What the page complained about: errors of scripts, and what its content policy stopped. */
  readonly complaints: string[] = [];
  /** Every origin that the page asked something of. */
  readonly origins = new Set<string>();

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      const { type, text } = { type: message.type(), text: message.text() };
      if (type === 'error' && !text.startsWith('Failed to load resource')) this.complaints.push(text);
    });
    page.on('request', (request) => {
      if (request.url().startsWith('http')) this.origins.add(new URL(request.url()).origin);
    });
  }

  async logIn(username: string, password = PASSWORD): Promise<void> {
    await this.page.fill('#login [name=username]', username);
    await this.page.fill('#login [name=password]', password);
    await this.page.click('#login button');
  }

  /** Who the page says is logged in. */
  async loggedIn(): Promise<string | null> {
    return this.page.locator('#session:not([hidden]) #who').textContent();
  }

  /** How wide the page has become: more than its window when something sticks out. */
  width(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollWidth');
  }

  /** Opens an operation by its tag and id. */
  async open(tag: string, id: string): Promise<Locator> {
    const operation = this.page.locator(`#operations-${tag}-${id}`);
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.execute').waitFor();
    return operation;
  }
}

/** Sends what stands in the operation's inputs; the answer as it is shown. */
export async function execute(operation: Locator): Promise<{ status: string; body: string }> {
  await operation.locator('.execute').click();
  const live = operation.locator('.live-responses-table');
  const status = live.locator('.response-col_status').last();
  await status.waitFor();
  const body = live.locator('.highlight-code pre').first();
  return { status: (await status.textContent())?.trim() ?? '', body: (await body.textContent()) ?? '' };
}

export async function openExplorer(browser: Browser, url: string, width = 1280): Promise<Explorer> {
  const context = await browser.newContext({ viewport: { width, height: 844 } });
  const explorer = new Explorer(await context.newPage());
  await explorer.page.goto(url);
  await explorer.page.waitForSelector('.opblock');
  return explorer;
}
