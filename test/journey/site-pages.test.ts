import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { logIn, open, wear } from '../kit/pages.ts';
import { firstAdministrator, newPerson, type Person } from '../kit/people.ts';
import { newSite, SimulatedProbe } from '../kit/probe.ts';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
/** From the last heartbeat until the incident stands, with heartbeats of a second. */
const noticedMs = 20_000;
const hostile = '<img src=x onerror=alert(1)>';

needs('chromium')('the second journey, as people see it', () => {
  let nester: Nester;
  let ada: Person;
  let siteId: string;
  let probe: SimulatedProbe;
  let browser: Browser;
  let desk: Screen;
  let room: Screen;

  beforeAll(async () => {
    nester = await Nester.start();
    ada = await firstAdministrator(nester);
    await newPerson(nester, ada, 'Tess', 'technician');
    siteId = await newSite(ada, 'NE');
    probe = await SimulatedProbe.enrol(nester, ada, siteId, hostile);
    browser = await launchBrowser();
    desk = await Screen.open(browser, { viewport: wide });
    room = await Screen.open(browser, { viewport: wide });
    await logIn(desk.page, nester.httpUrl, 'Ada');
    await logIn(room.page, nester.httpUrl, 'Tess');
  });
  afterAll(async () => {
    await probe?.vanish();
    await browser?.close();
    await nester?.remove();
  });

  const siteRow = () => desk.page.getByRole('main').getByRole('link', { name: 'Site NE' });
  const card = (state: string): Locator => room.page.getByRole('article').filter({ hasText: 'Site NE' }).filter({ hasText: state });

  async function isOpenToAll(page: Page, path: string): Promise<void> {
    for (const scheme of ['light', 'dark'] as const) {
      await wear(page, scheme);
      expect(await seriousBarriers(page), `${path}, ${scheme}`).toEqual([]);
    }
  }

  it('Sites shows a site come alive, without a reload', async () => {
    await open(desk.page, nester.httpUrl, '/sites', 'Sites');
    await siteRow().filter({ hasText: 'Unknown' }).waitFor();
    await probe.connect();
    await siteRow().filter({ hasText: 'Up' }).waitFor();
    await isOpenToAll(desk.page, '/sites');
  });

  it('its page shows what the probe reported, however things call themselves', async () => {
    await siteRow().click();
    await desk.page.getByRole('heading', { name: 'Site NE', level: 1 }).waitFor();
    const at = { address: '192.0.2.9', mac: null, vendor: null, status: 'up', rttMs: 1, os: null } as const;
    const port = { port: 22, protocol: 'tcp', state: 'open', service: 'ssh', product: null, version: null } as const;
    const missing = [{ fact: 'os' as const, reason: 'it needs the rights of root' }];
    const answer = await probe.send(probe.report({ hosts: [{ ...at, hostname: hostile, ports: [port] }], missing }));
    expect(answer).toEqual({ status: 201, accepted: true });
    await desk.page.getByText('it needs the rights of root').first().waitFor();
    await isOpenToAll(desk.page, '/sites/NE');
    await desk.page.getByRole('link', { name: 'Devices', exact: true }).click();
    await desk.page.getByRole('link', { name: '192.0.2.9' }).filter({ hasText: hostile }).waitFor();
    await isOpenToAll(desk.page, '/sites/NE');
  });

  it('a silent probe stands as a card in #supervision; one acknowledges it there, and it is resolved when the probe returns', async () => {
    await open(room.page, nester.httpUrl, '/c/supervision', 'supervision');
    await probe.vanish();
    await card('Open').waitFor({ timeout: noticedMs });
    await card('Open').filter({ hasText: hostile }).waitFor();
    await desk.page.getByText('Unknown').first().waitFor();
    await isOpenToAll(room.page, '/c/supervision');
    await card('Open').getByRole('button', { name: 'Acknowledge' }).click();
    await card('Acknowledged').filter({ hasText: 'Tess looks after it' }).waitFor();

    await open(desk.page, nester.httpUrl, '/incidents', 'Incidents');
    await desk.page.getByRole('listitem').filter({ hasText: 'Tess looks after it' }).waitFor();
    await isOpenToAll(desk.page, '/incidents');

    await probe.connect();
    await card('Resolved').waitFor({ timeout: noticedMs });
    await desk.page.getByRole('listitem').filter({ hasText: 'Site NE' }).filter({ hasText: 'Resolved' }).waitFor();
    expect(await card('').count()).toBe(1);
  });

  it('fits a telephone', async () => {
    const { page } = desk;
    await page.setViewportSize(narrow);
    for (const [path, landmark] of [
      ['/sites', 'Sites'],
      ['/sites/NE', 'Site NE'],
      ['/incidents', 'Incidents'],
    ] as const) {
      await open(page, nester.httpUrl, path, landmark);
      await page.getByRole('main').getByText('Site NE').filter({ visible: true }).first().waitFor();
      await isOpenToAll(page, path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, `${path} is no wider than the screen`).toBeLessThanOrEqual(narrow.width);
    }
  });

  it('no page complained', () => {
    expect([...desk.complaints, ...room.complaints]).toEqual([]);
  });
});
