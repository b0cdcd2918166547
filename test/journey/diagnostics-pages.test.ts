import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { Harvester } from '../kit/harvester.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { open, wear } from '../kit/pages.ts';
import { firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { newSite } from '../kit/probe.ts';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const answeredMs = 20_000;

needs('chromium')('diagnostics, as technicians see them', () => {
  const harvester = new Harvester();
  /** Takes every connection and never answers. */
  const mute = createServer(() => {});
  let url: string;
  let nester: Nester;
  let ada: Person;
  let browser: Browser;
  let desk: Screen;

  beforeAll(async () => {
    await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(mute.address() as AddressInfo).port}/`;
    nester = await Nester.start();
    ada = await firstAdministrator(nester);
    await newPerson(nester, ada, 'Tess', 'technician');
    const siteId = await newSite(ada, 'NE', { ports: '9', scanEveryMs: 3_600_000, sweepEveryMs: 3_600_000 });
    await harvester.paste((await ada.http.call('probe.code', { siteId })).line);
    await harvester.start();
    browser = await launchBrowser();
    desk = await Screen.open(browser, { viewport: wide });
    const { page } = desk;
    await page.goto(nester.httpUrl);
    await page.getByLabel('Name').fill('Tess');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'général', level: 1 }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await harvester.remove();
    await nester?.remove();
    mute.close();
    mute.closeAllConnections();
  });

  const row = (page: Page, text: string) =>
    page.getByRole('region', { name: 'Diagnostics' }).getByRole('listitem').filter({ hasText: text });

  it('one chooses, and the answer comes while one looks', async () => {
    const { page } = desk;
    await open(page, nester.httpUrl, '/sites/NE?tab=diagnostics', 'Site NE');
    await page.getByLabel('What to do').selectOption({ label: 'TCP port' });
    const start = page.getByRole('button', { name: 'Start' });
    expect(await start.isDisabled()).toBe(true);
    // The site's own devices are offered.
    await page.locator('datalist option[value="127.0.0.1"]').waitFor({ state: 'attached', timeout: answeredMs });
    await page.getByLabel('Address or name').fill('127.0.0.1');
    await page.getByLabel('Port', { exact: true }).fill('1');
    await start.click();
    await row(page, 'TCP port 127.0.0.1 1').filter({ hasText: 'port 1 of 127.0.0.1 is closed' }).waitFor({ timeout: answeredMs });
    await row(page, 'TCP port 127.0.0.1 1').getByRole('log').filter({ hasText: 'ECONNREFUSED' }).waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await wear(page, scheme);
      expect(await seriousBarriers(page), scheme).toEqual([]);
    }
  });

  it('what takes long shows what it says, and is cancelled', async () => {
    const { page } = desk;
    await page.getByLabel('What to do').selectOption({ label: 'Web page (HTTP)' });
    await page.getByLabel('Address of the page').fill(url);
    await page.getByRole('button', { name: 'Start' }).click();
    const running = row(page, url);
    await running
      .filter({ hasText: 'Running' })
      .getByRole('log')
      .filter({ hasText: 'connected to 127.0.0.1' })
      .waitFor({ timeout: answeredMs });
    await running.getByRole('button', { name: 'Cancel' }).click();
    await running.filter({ hasText: 'Cancelled' }).waitFor({ timeout: answeredMs });
  });

  it('what the policy does not allow is said, with the mend, and what was typed stays', async () => {
    const { page } = desk;
    await page.getByLabel('What to do').selectOption({ label: 'Ping' });
    await page.getByLabel('Address or name').fill('10.9.9.9');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('alert').filter({ hasText: 'The policy of this site does not allow it: 10.9.9.9' }).waitFor();
    expect(await page.getByLabel('Address or name').inputValue()).toBe('10.9.9.9');
  });

  it('where one writes, a command asks, with the site completed, and the answer is a message', async () => {
    const { page } = desk;
    await open(page, nester.httpUrl, '/c/supervision', 'supervision');
    const area = page.getByRole('textbox', { name: /supervision/ });
    await area.fill('/dns n');
    await page.getByRole('option', { name: /NE/ }).waitFor();
    await area.press('Tab');
    expect(await area.inputValue()).toBe('/dns NE ');
    await area.pressSequentially('localhost');
    await area.press('Enter');
    await page
      .getByRole('article')
      .filter({ hasText: 'watch' })
      .filter({ hasText: 'dns localhost A · NE' })
      .waitFor({ timeout: answeredMs });
    expect(await area.inputValue()).toBe('');
    await area.fill('/port NE 127.0.0.1');
    await area.press('Enter');
    await page.getByRole('alert').filter({ hasText: '/port SITE address 443' }).waitFor();
    await area.fill('/ping NOWHERE 127.0.0.1');
    await area.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'NOWHERE' }).waitFor();
    await area.fill('');
  });

  it('an administrator chooses what may be asked; the form offers no more than that', async () => {
    const boss = await Screen.open(browser, { viewport: wide });
    const { page } = boss;
    await page.goto(nester.httpUrl);
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'général', level: 1 }).waitFor();
    await open(page, nester.httpUrl, '/sites/NE?tab=policy', 'Site NE');
    const choices = page.getByRole('group', { name: 'What may be asked by hand' });
    await choices.getByLabel('Traceroute').click();
    await page.getByText('Policy saved.').waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    await open(page, nester.httpUrl, '/sites/NE?tab=diagnostics', 'Site NE');
    const offered = page.getByLabel('What to do').getByRole('option');
    expect(await offered.allTextContents()).toEqual(['Scan', 'Ping', 'Name look-up (DNS)', 'TCP port', 'Web page (HTTP)']);
    expect(boss.complaints).toEqual([]);
    await boss.close();
  });

  it('fits a telephone', async () => {
    const { page } = desk;
    await page.setViewportSize(narrow);
    await open(page, nester.httpUrl, '/sites/NE?tab=diagnostics', 'Site NE');
    await row(page, url).waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(narrow.width);
    await page.setViewportSize(wide);
  });

  it('no page complained', () => {
    expect(desk.complaints).toEqual([]);
  });
});
