import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstPolicy } from '../../packages/contract/src/reports.ts';
import { keepPolicy } from '../../packages/harvester/src/policy-file.ts';
import { FakeNester } from '../../packages/harvester/test/fake-nester.ts';
import { hostOf, keepReport, portOf, reportOf } from '../../packages/harvester/test/reports.ts';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { Harvester } from '../kit/harvester.ts';
import { needs } from '../kit/needs.ts';
import { wear } from '../kit/pages.ts';

const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };
const hostile = '<img src=x onerror=alert(1)>';
const secret = 'three words of mine';
/** So slow that one sees how far a scan of these is. */
const policy = { ...firstPolicy, version: 4, ranges: ['127.0.0.0/27'], ports: '1-20', packetsPerSecond: 250 };
const pages = ['/', '/scans', '/devices', '/changes', '/runbook'];

needs('chromium')('the dashboard of a probe that is cut off', () => {
  const harvester = new Harvester();
  let browser: Browser;
  let screen: Screen;
  let page: Page;

  beforeAll(async () => {
    const nester = await FakeNester.start();
    await harvester.paste(`npx harvester enrol ${nester.url} GOOD-CODE`);
    await nester.close();
    keepPolicy(harvester.folder, policy);
    const name = (host: string) => hostOf('10.0.0.9', { hostname: host, ports: [{ ...portOf(80), product: hostile, title: hostile }] });
    const missing = [{ fact: 'os' as const, reason: hostile }];
    const at = Date.now() - 7_200_000;
    keepReport(harvester.folder, reportOf({ finishedAt: at, hosts: [name('printer')] }));
    keepReport(harvester.folder, reportOf({ finishedAt: at + 1_000_000, hosts: [name(hostile)], missing }));
    await harvester.start();
    browser = await launchBrowser();
    screen = await Screen.open(browser, { viewport: wide });
    page = screen.page;
  });
  afterAll(async () => {
    await browser?.close();
    await harvester.remove();
  });

  const go = async (path: string) => {
    await page.goto(harvester.dashboardUrl + path);
    await page.getByRole('main').locator('section, li, tr').first().waitFor();
  };

  it('says whose probe it is, how it is, and what it may touch', async () => {
    await go('/');
    const main = page.getByRole('main');
    await page.getByRole('banner').getByText('· PARIS').waitFor();
    await main.getByText('Not reached').waitFor();
    await main.getByText('127.0.0.0/27').waitFor();
    await main.getByText('version 4').waitFor();
    await main.getByText(/^\d+\.\d+\.\d+ of \d{4}-\d\d-\d\d$/).waitFor();
    expect(await main.getByRole('link', { name: 'Open the site at Nester' }).getAttribute('href')).toMatch(/\/sites\/PARIS$/);
    await page.getByRole('complementary', { name: 'Runbook' }).getByText('Launch a collection').waitFor();
  });

  it('scans when it is told to, and shows how far it is', async () => {
    const button = page.getByRole('button', { name: 'Scan now' });
    // The scan that each start begins with is over.
    await button.waitFor();
    await page.getByText('1 report', { exact: true }).waitFor();
    await button.click();
    const bar = page.getByRole('progressbar', { name: 'A scan is running' });
    await bar.waitFor();
    await page
      .getByRole('banner')
      .getByText(/\d+ of \d+/)
      .waitFor();
    await button.waitFor();
    await page.getByRole('main').getByRole('link', { name: '30 devices up' }).waitFor();
    await page.getByText('2 reports', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Scans' }).click();
    await page
      .getByRole('main')
      .getByRole('link', { name: /30 devices up.*to be sent/ })
      .first()
      .click();
    await page.getByRole('table', { name: 'Ports of 127.0.0.1', exact: true }).getByText('closed').first().waitFor();
    await page.goBack();
    await page
      .getByRole('main')
      .getByRole('link', { name: /30 devices up/ })
      .first()
      .waitFor();
  });

  it('saves a scan as the file that it is', async () => {
    await page
      .getByRole('main')
      .getByRole('link', { name: /30 devices up/ })
      .first()
      .click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save the file' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^scan_\d\d-\d\d-\d{4}_\d\dH\d\d_S\d\d\.json$/);
  });

  it('shows whatever things call themselves as text', async () => {
    await go('/devices');
    await page.getByRole('searchbox').fill('10.0.0.9');
    await page.getByRole('row').filter({ hasText: hostile }).waitFor();
    await go('/changes');
    await page.getByText(`Name: printer, now ${hostile}`).waitFor();
    await go('/scans');
    await page
      .getByRole('main')
      .getByRole('link', { name: /1 device up/ })
      .first()
      .click();
    await page.getByRole('heading', { name: hostile }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('is open to everybody in both themes, and fits a telephone', async () => {
    for (const viewport of [wide, narrow]) {
      await page.setViewportSize(viewport);
      for (const path of pages) {
        await go(path);
        for (const scheme of ['light', 'dark'] as const) {
          await wear(page, scheme);
          expect(await seriousBarriers(page), `${path}, ${scheme}, ${viewport.width}`).toEqual([]);
        }
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width, `${path} is no wider than the screen`).toBeLessThanOrEqual(viewport.width);
      }
    }
  });

  it('speaks French, and goes on doing so', async () => {
    await page.getByRole('button', { name: 'Français' }).click();
    await page.getByRole('main').getByText('Lancer une collecte').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Analyser maintenant' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.setViewportSize(wide);
  });

  it('says when the Harvester no longer answers, and comes back by itself', async () => {
    await go('/');
    const listened = new URL(harvester.dashboardUrl).host;
    await page.getByRole('button', { name: 'Scan now' }).waitFor();
    const complaints = screen.complaints.length;
    await harvester.kill();
    await page.getByText('The Harvester does not answer').waitFor();
    await page.getByRole('main').getByText('127.0.0.0/27').waitFor();
    await harvester.start(listened);
    await page.getByText('The Harvester does not answer').waitFor({ state: 'detached' });
    // The browser itself complains of lines that it could not open meanwhile.
    screen.complaints.splice(complaints);
  });

  it('refuses to listen beyond this machine without a password, and then asks it', async () => {
    const complaints = screen.complaints.length;
    await harvester.stop();
    const refused = await harvester.command(['run'], { http: '0.0.0.0:0' });
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('Set a password first: npx harvester password') });
    expect((await harvester.command(['password'], { input: 'short\n' })).code).toBe(1);
    expect(await harvester.command(['password'], { input: `${secret}\n` })).toMatchObject({ code: 0 });
    await harvester.start('0.0.0.0:0');

    await page.goto(`${harvester.dashboardUrl.replace('0.0.0.0', '127.0.0.1')}/devices`);
    const field = page.getByLabel('Password');
    await field.fill('not this one, surely');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('This password is not the right one.').waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await wear(page, scheme);
      expect(await seriousBarriers(page), `the password, ${scheme}`).toEqual([]);
    }
    expect(harvester.output).toMatch(/WARNING \[LOGIN\] Failed login attempt from 127\.0\.0\.1 \{"door":"dashboard"\}\n/);
    await field.fill(secret);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('row').filter({ hasText: '10.0.0.9' }).waitFor();
    await page.reload();
    await page.getByRole('row').filter({ hasText: '10.0.0.9' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await field.waitFor();
    screen.complaints.splice(complaints);
    expect(harvester.output).not.toContain(secret);
  });

  it('no page complained', () => {
    expect(screen.complaints).toEqual([]);
  });
});
