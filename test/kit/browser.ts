import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { program } from './needs.ts';

/** Starts the machine's Chromium; it asks nothing of the network by itself. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: program('chromium'),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
  });
}

/** One person's browser: a context of its own, one page, and whatever the page complained of. */
export class Screen {
  readonly page: Page;
  /** Console errors and exceptions that nobody caught. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', message => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', error => this.complaints.push(error.stack ?? error.message));
  }

  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Screen> {
    const context = await browser.newContext({ locale: 'en', reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(15_000);
    return new Screen(await context.newPage());
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** What axe finds serious or critical on a page: the rule, and where. */
export async function seriousBarriers(page: Page): Promise<string[]> {
  // In one pass, on the page itself: otherwise each look opens a page of its own for what frames say, and ours have none.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.target.join(' ')}: ${node.failureSummary?.split('\n').at(-1)?.trim()}`));
}
