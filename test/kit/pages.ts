import type { Locator, Page } from 'playwright-core';
import { password } from './people.ts';

/** What people do on the pages, in their words. */

/** Fills in the form of a set-up or invitation link, and arrives in the rooms. */
export async function makeAccount(page: Page, name: string, submit: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: submit }).click();
  await page.getByLabel(/^Messages in/).waitFor();
}

/** Logs in with name and password, and arrives in #général. */
export async function logIn(page: Page, baseUrl: string, name: string): Promise<void> {
  await page.goto(baseUrl);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'général', level: 1 }).waitFor();
}

/** Writes a message in the channel that is open. */
export async function say(page: Page, text: string): Promise<void> {
  const box = page.getByRole('textbox', { name: /^Write to/ });
  await box.fill(text);
  await box.press('Enter');
}

/** The messages that are shown, by whom: "Ada: hello". */
export async function shownMessages(page: Page): Promise<string[]> {
  const articles = await page.getByRole('article').all();
  return await Promise.all(
    articles.map(async article => {
      const author = (await article.getAttribute('aria-label'))?.split(': ')[0];
      const paragraphs = await article.getByRole('paragraph').allInnerTexts();
      return `${author}: ${paragraphs.join('\n')}`;
    }),
  );
}

export function messageSaying(page: Page, text: string): Locator {
  return page.getByRole('article').filter({ hasText: text });
}

/** Goes to a page by its address, as a bookmark would. */
export async function open(page: Page, baseUrl: string, path: string, landmark: string): Promise<void> {
  await page.goto(baseUrl + path);
  await page.getByRole('heading', { name: landmark, level: 1 }).waitFor();
}

/** Waits until the page is painted in the colours of a scheme. */
export async function wear(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.waitForFunction(wanted => {
    const [red = 0, green = 0, blue = 0] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
    return red + green + blue < 384 ? wanted === 'dark' : wanted === 'light';
  }, colorScheme);
  // Colours that change over a moment have changed, and a frame was drawn with them.
  await page.evaluate(async () => {
    await Promise.allSettled(document.getAnimations().map(animation => animation.finished));
    await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}
