import type { Browser, Locator, Page } from 'playwright-core';
import { PASSWORD } from '../../support/enrol.ts';

/** Uses the explorer as a person does. */
export class Explorer {
  readonly page: Page;
  /** Errors of scripts, and what the content security policy blocked. */
  readonly complaints: string[] = [];
  /** Every origin that the page has sent requests to. */
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

  /** The username that the page shows as logged in. */
  async loggedIn(): Promise<string | null> {
    return this.page.locator('#session:not([hidden]) #who').textContent();
  }

  /** The width of the content in pixels; more than the window's when something overflows. */
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

/** Sends the operation with its present inputs; returns the answer as the page shows it. */
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
