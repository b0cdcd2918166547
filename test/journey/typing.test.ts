import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen } from '../kit/browser.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { logIn, open } from '../kit/pages.ts';
import { firstAdministrator, type Person } from '../kit/people.ts';
import { newSite } from '../kit/probe.ts';

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

needs('chromium')('what is typed', () => {
  let nester: Nester;
  let ada: Person;
  let siteId: string;
  let browser: Browser;
  let screen: Screen;
  let page: Page;

  beforeAll(async () => {
    nester = await Nester.start();
    ada = await firstAdministrator(nester);
    siteId = await newSite(ada, 'SEA');
    browser = await launchBrowser();
    screen = await Screen.open(browser);
    page = screen.page;
    await logIn(page, nester.httpUrl, 'Ada');
  });
  afterAll(async () => {
    await browser?.close();
    await nester?.remove();
  });

  const overlaps = async (one: Locator, other: Locator): Promise<boolean> => {
    const [a, b] = [(await one.boundingBox())!, (await other.boundingBox())!];
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  };

  it('is not covered by a notice, at the bottom of the page or of a telephone', async () => {
    for (const size of sizes) {
      await page.setViewportSize(size);
      const { incidentId } = (await ada.http.call('incident.test', { siteId })).incident;
      await page.goto(`${nester.httpUrl}/incidents/${incidentId}`);
      const panel = page.getByRole('complementary', { name: 'Incident' });
      await panel.getByRole('button', { name: 'Acknowledge' }).click();
      const notice = page.getByRole('status').filter({ hasText: 'You look after it.' });
      await notice.waitFor();
      const note = panel.getByRole('textbox', { name: 'Note' });
      expect(await overlaps(notice, note), `at a width of ${size.width}`).toBe(false);
      // The field grows; the notice makes room.
      await note.fill('I call the site.\nNobody answers.');
      await page.evaluate(() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      expect(await overlaps(notice, note), `after typing, at a width of ${size.width}`).toBe(false);
      await ada.http.call('incident.resolve', { incidentId });
    }
  });

  it('right after Ctrl-K lands in the palette, before that has come, and not in the page below', async () => {
    await page.setViewportSize(sizes[0]!);
    let letCome = () => {};
    const coming = new Promise<void>(done => {
      letCome = done;
    });
    await page.route(/\/palette-[^/]*\.js$/, async route => {
      await coming;
      await route.continue();
    });
    await open(page, nester.httpUrl, '/c/général', 'général');
    const composer = page.getByRole('textbox', { name: /^Write to/ });
    await composer.fill('a draft');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('devx');
    await page.keyboard.press('Backspace');
    letCome();
    const field = page.getByRole('combobox', { name: 'Find' });
    await field.waitFor();
    await page.keyboard.type('!');
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[role="combobox"]')?.value === 'dev!');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    expect(await composer.inputValue()).toBe('a draft');
    await page.unroute(/\/palette-[^/]*\.js$/);
  });

  it('in one burst with Ctrl-K, Enter included, goes where it was to go', async () => {
    await open(page, nester.httpUrl, '/c/général', 'général');
    const composer = page.getByRole('textbox', { name: /^Write to/ });
    await composer.press('End');
    // The keys are on their way before the page answers the first: a keyboard waits for nobody.
    const keyboard = await page.context().newCDPSession(page);
    const key = { key: 'k', code: 'KeyK', windowsVirtualKeyCode: 75, modifiers: 2 };
    const sent = [keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key })];
    for (const text of [...'supervision', '\r'])
      sent.push(keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', text, key: text === '\r' ? 'Enter' : text }));
    await Promise.all(sent);
    await page.getByRole('heading', { name: 'supervision', level: 1 }).waitFor();
    await open(page, nester.httpUrl, '/c/général', 'général');
    expect(await composer.inputValue()).toBe('a draft');
    expect(await page.getByRole('article').filter({ hasText: 'a draft' }).count()).toBe(0);
    expect(screen.complaints).toEqual([]);
  });
});
