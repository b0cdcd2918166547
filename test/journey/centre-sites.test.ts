import type { Report } from '@aerie/contract';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { logIn, open, wear } from '../kit/pages.ts';
import { firstAdministrator, newPerson, type Person } from '../kit/people.ts';
import { SimulatedProbe } from '../kit/probe.ts';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const minute = 60_000;
const hostile = '<img src=x onerror=alert(1)>';

type Host = Report['hosts'][number];
const host = (address: string, fields: Partial<Host> = {}): Host => ({
  address,
  hostname: null,
  mac: null,
  vendor: null,
  status: 'up',
  rttMs: 1,
  os: null,
  ports: [],
  ...fields,
});
const port = (number: number, service: string, fields: Partial<Host['ports'][number]> = {}) =>
  ({ port: number, protocol: 'tcp', state: 'open', service, product: null, version: null, ...fields }) as const;
const wan = (medianMs: number, received = 10): Report['wan'] => [
  { target: '192.0.2.1', role: 'gateway', sent: 10, received: 10, minMs: 1, medianMs: 1, maxMs: 2 },
  { target: '198.51.100.1', role: 'internet', sent: 10, received, minMs: medianMs - 1, medianMs, maxMs: medianMs + 5 },
];

needs('chromium')('the sites, from the list to a device, as people see them', () => {
  let nester: Nester;
  let ada: Person;
  let siteId: string;
  let probe: SimulatedProbe;
  let browser: Browser;
  let desk: Screen;

  const server = host('192.0.2.20', {
    hostname: 'srv-1',
    mac: '00:1a:2b:3c:4d:5e',
    vendor: 'Dell',
    os: { name: 'Linux 6.1', accuracy: 98 },
    ports: [
      port(22, 'ssh', { product: 'OpenSSH', version: '9.2' }),
      port(443, 'https', { title: hostile, tls: { subject: 'srv-1', issuer: 'Local CA', notAfter: Date.now() + 5 * 86_400_000 } }),
      port(80, 'http', { state: 'closed' }),
    ],
  });

  beforeAll(async () => {
    nester = await Nester.start();
    ada = await firstAdministrator(nester);
    await newPerson(nester, ada, 'Tess', 'technician');
    const at = { zone: 'America/New_York', latitude: 42.1, longitude: -71.3 };
    ({ siteId } = await ada.http.call('site.create', { code: 'NE', name: 'New England', group: 'East', ...at }));
    await ada.http.call('site.create', { code: 'KC', name: 'Kansas City', group: 'West', zone: 'America/Chicago' });
    await ada.http.call('site.setPolicy', { siteId, policy: { heartbeatMs: 1_000 } });
    probe = await SimulatedProbe.enrol(nester, ada, siteId, 'hv-ne');
    await probe.connect();
    const [now, ports] = [Date.now(), '22,80,443,8080'];
    for (let ago = 20; ago > 2; ago--) {
      const finishedAt = now - ago * 60 * minute;
      await probe.send(probe.report({ startedAt: finishedAt - 1_000, finishedAt, wan: wan(20 + ago, ago === 9 ? 5 : 10) }));
    }
    await probe.send(probe.report({ startedAt: now - 3 * minute, finishedAt: now - 2 * minute, ports, hosts: [server], wan: wan(20) }));
    const hosts = [{ ...server, ports: [...server.ports, port(8080, 'http-alt')] }, host('192.0.2.30', { hostname: hostile })];
    await probe.send(probe.report({ ports, hosts, wan: wan(21), machine: { name: 'hv-ne', addresses: ['192.0.2.20'] } }));
    browser = await launchBrowser();
    desk = await Screen.open(browser, { viewport: wide });
    await logIn(desk.page, nester.httpUrl, 'Ada');
  });
  afterAll(async () => {
    await probe?.vanish();
    await browser?.close();
    await nester?.remove();
  });

  const main = () => desk.page.getByRole('main');
  const tab = (name: string) => desk.page.getByRole('navigation', { name: 'Parts of the site' }).getByRole('link', { name });

  async function isOpenToAll(page: Page, what: string): Promise<void> {
    for (const scheme of ['light', 'dark'] as const) {
      await wear(page, scheme);
      expect(await seriousBarriers(page), `${what}, ${scheme}`).toEqual([]);
    }
  }

  it('the list is searched, narrowed and walked with the keys; the address keeps what was asked', async () => {
    const { page } = desk;
    await open(page, nester.httpUrl, '/sites', 'Sites');
    await main().getByRole('link', { name: 'New England' }).filter({ hasText: 'loss 0%' }).waitFor();
    await isOpenToAll(page, 'the list');
    await page.keyboard.press('/');
    await page.keyboard.type('kans');
    await main().getByRole('link', { name: 'New England' }).waitFor({ state: 'detached' });
    await page.waitForURL(/\?q=kans$/);
    await page.reload();
    await main().getByRole('link', { name: 'Kansas City' }).waitFor();
    expect(await main().getByRole('searchbox').inputValue()).toBe('kans');
    await main().getByRole('searchbox').fill('');
    await main().getByLabel('Headings').selectOption('By group');
    await main().getByRole('heading', { name: 'West' }).waitFor();
    await main().getByRole('button', { name: '1 up' }).click();
    await main().getByRole('link', { name: 'Kansas City' }).waitFor({ state: 'detached' });
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'New England', level: 1 }).waitFor();
  });

  it('a site says in short what its machine is, what was found and how the WAN is', async () => {
    const fact = (name: string) => main().locator('dl > div').filter({ hasText: name });
    await fact('Machine').filter({ hasText: 'hv-ne' }).waitFor();
    await fact('System').filter({ hasText: 'Linux 6.1' }).waitFor();
    await fact('Devices detected').filter({ hasText: '2 of 2 up' }).waitFor();
    await fact('Ports').filter({ hasText: '3 open · 1 closed' }).waitFor();
    await fact('Scan result').filter({ hasText: 'HTTP-ALT on 1 device' }).waitFor();
    await fact('Component version').filter({ hasText: 'Harvester 0.1.0' }).waitFor();
    await fact('Mean WAN latency').filter({ hasText: 'over 24 hours' }).waitFor();
    await isOpenToAll(desk.page, 'a site');
  });

  it('the WAN’s past is looked at closely with the keys, and a link leads to the same part of it', async () => {
    const { page } = desk;
    await tab('WAN').click();
    const chart = page.getByRole('group', { name: /^Chart of the WAN/ });
    await chart.locator('canvas').waitFor();
    await page.getByRole('row', { name: /198\.51\.100\.1/ }).waitFor();
    await isOpenToAll(page, 'the WAN');
    await chart.focus();
    await page.keyboard.press('+');
    await page.waitForURL(/since=\d+&until=\d+/);
    await page.reload();
    await page.getByRole('radio', { name: 'Chosen' }).waitFor();
    await chart.focus();
    await page.keyboard.press('0');
    await page.waitForURL(url => !url.search.includes('since'));
  });

  it('a device is found by port, called by what people call it, and attacks in its texts are only texts', async () => {
    const { page } = desk;
    await tab('Devices').click();
    await main().getByRole('link').filter({ hasText: hostile }).waitFor();
    await isOpenToAll(page, 'the devices');
    await page.keyboard.press('/');
    await page.keyboard.type('8080');
    await main().getByRole('link').filter({ hasText: hostile }).waitFor({ state: 'detached' });
    await main().getByRole('searchbox').blur();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'srv-1', level: 1 }).waitFor();
    await main().getByText('It is known by its MAC address.').waitFor();
    await main().getByText(`page: ${hostile}`).waitFor();
    await main()
      .getByText(/^certificate ends soon/)
      .waitFor();
    await main().getByText('Port opened').waitFor();
    await isOpenToAll(page, 'a device');
    await main().getByLabel('Label').fill('File server');
    await main().getByRole('textbox', { name: 'Notes' }).fill(`Under the stairs ${hostile}`);
    await main().getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'File server', level: 1 }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'File server', level: 1 }).waitFor();
    expect(await main().getByRole('textbox', { name: 'Notes' }).inputValue()).toBe(`Under the stairs ${hostile}`);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'New England', level: 1 }).waitFor();
  });

  it('two reports are compared; one is read to the letter', async () => {
    const { page } = desk;
    await tab('Reports').click();
    const choose = main().getByRole('checkbox', { name: /^Compare the report/ });
    await choose.first().click();
    await choose.nth(1).click();
    await isOpenToAll(page, 'the reports');
    await main().getByRole('button', { name: 'Compare the two' }).click();
    await main()
      .getByRole('row', { name: /Port opened 8080\/tcp/ })
      .waitFor();
    await main()
      .getByRole('row', { name: /192\.0\.2\.30 .*Came up/ })
      .waitFor();
    await isOpenToAll(page, 'two reports');
    await page.goBack();
    await main()
      .getByRole('link', { name: /2 devices up/ })
      .first()
      .click();
    await main().getByText('JSON', { exact: false }).click();
    await main().getByText('"scanner": "tcp"').waitFor();
  });

  it('an administrator announces maintenance and says what makes an incident', async () => {
    const { page } = desk;
    await tab('Settings').click();
    const loss = main().getByRole('textbox', { name: 'WAN loses packets: above (%)' });
    await loss.fill('3');
    await main().getByText('WAN loses packets: it must be over').waitFor();
    await loss.fill('30');
    await main().getByRole('button', { name: 'Save the rules' }).click();
    await page.getByText('Rules saved.').waitFor();
    expect((await ada.http.call('site.show', { siteId })).rules['wan.loss'].above).toBe(0.3);
    await main().getByRole('button', { name: 'Announce maintenance' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What is done').fill('New router');
    await dialog.getByText('America/New_York').waitFor();
    await dialog.getByRole('button', { name: 'Announce maintenance' }).click();
    await main().getByText('New router').waitFor();
    await main().locator('header').getByText('Maintenance', { exact: true }).waitFor();
    await isOpenToAll(page, 'the settings');
    await main().getByRole('button', { name: 'End it now' }).click();
    await main().getByText('None is announced.').waitFor();
  });

  it('an administrator says what the probe leaves alone, looks up and fetches, how hard it works, and when', async () => {
    const { page } = desk;
    await page.goto(`${nester.httpUrl}/sites/NE?tab=settings`);
    const policy = main().getByRole('region', { name: 'Policy' });
    const saved = async () => {
      const notice = page.getByRole('status').filter({ hasText: 'Policy saved.' });
      await notice.getByRole('button', { name: 'Close' }).click();
      await notice.waitFor({ state: 'detached' });
    };
    const field = (label: string) => policy.locator('form').filter({ has: page.getByLabel(label, { exact: true }) });
    const set = async (label: string, text: string, button: 'Add' | 'Save') => {
      await field(label).locator('input').fill(text);
      await field(label).getByRole('button', { name: button }).click();
      await saved();
    };
    await set('Address or range to leave alone', '192.0.2.66', 'Add');
    await set('Another name', 'example.org', 'Add');
    await set('Another page, with its https://', 'https://example.org', 'Add');
    await set('UDP ports to look at', '161, 53', 'Save');
    await field('Packets a second, at most').getByRole('textbox').fill('5');
    await field('Packets a second, at most').getByRole('alert').filter({ hasText: 'From 10 to 100,000.' }).waitFor();
    expect(await field('Packets a second, at most').getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await set('Packets a second, at most', '500', 'Save');
    await policy.getByLabel('Time between two close looks').selectOption('7 days');
    await saved();
    const hours = policy.getByRole('region', { name: 'Hours of scanning' });
    await hours.getByLabel('Fri', { exact: true }).uncheck();
    await hours.getByRole('button', { name: 'Add' }).click();
    await saved();
    await hours.getByRole('listitem').filter({ hasText: '22:00–06:00' }).waitFor();
    await field('Time zone of these hours').locator('input').fill('Mars/Olympus');
    await field('Time zone of these hours').getByRole('button', { name: 'Save' }).click();
    const refusal = page.getByRole('status').filter({ hasText: 'Mars/Olympus' });
    await refusal.getByRole('button', { name: 'Close' }).click();
    await set('Time zone of these hours', 'America/New_York', 'Save');
    expect((await ada.http.call('site.show', { siteId })).policy).toMatchObject({
      exclude: ['192.0.2.66/32'],
      dnsNames: ['example.org'],
      httpChecks: ['https://example.org/'],
      udpPorts: '53,161',
      packetsPerSecond: 500,
      deepEveryMs: 7 * 24 * 60 * minute,
      windows: [{ days: [1, 2, 3, 4], from: '22:00', to: '06:00' }],
      zone: 'America/New_York',
    });
    await isOpenToAll(page, 'the policy');
    await hours.getByRole('button', { name: /^Remove Mon/ }).click();
    await hours.getByText('The probe may scan at any time.').waitFor();
  });

  it('what the probe follows and could not measure stands on its own page', async () => {
    await tab('Probe').click();
    await main().getByText('Configuration in force').waitFor();
    await main().getByText('All that was wanted was measured.').waitFor();
    await isOpenToAll(desk.page, 'the probe');
  });

  it('fits a telephone', async () => {
    const { page } = desk;
    await page.setViewportSize(narrow);
    const { devices } = await ada.http.call('site.show', { siteId });
    const places = [
      '/sites',
      '/sites/NE',
      ...['wan', 'devices', 'reports', 'probe', 'incidents', 'runbooks', 'settings'].map(each => `/sites/NE?tab=${each}`),
    ];
    for (const path of [...places, `/sites/NE/devices/${devices[0]!.deviceId}`, '/wall']) {
      await page.goto(nester.httpUrl + path);
      await page
        .getByText(/New England|File server/)
        .first()
        .waitFor();
      expect(await seriousBarriers(page), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(narrow.width);
    }
    await page.setViewportSize(wide);
  });

  it('no page complained', () => {
    expect(desk.complaints).toEqual([]);
  });

  it('the wall shows every site without a hand on it, and says loudly when it is cut off', async () => {
    const wall = await Screen.open(browser, { viewport: { width: 1920, height: 1080 } });
    await logIn(wall.page, nester.httpUrl, 'Tess');
    await wall.page.goto(`${nester.httpUrl}/wall`);
    await wall.page.getByRole('article').filter({ hasText: 'New England' }).waitFor();
    await wall.page.getByRole('article').filter({ hasText: 'Kansas City' }).waitFor();
    await isOpenToAll(wall.page, 'the wall');
    const scrolls = await wall.page.evaluate(() => document.documentElement.scrollHeight > window.innerHeight);
    expect(scrolls).toBe(false);
    await nester.kill();
    await wall.page.getByRole('alert').filter({ hasText: 'Not connected.' }).waitFor();
    await nester.start();
    await wall.page.getByRole('alert').waitFor({ state: 'detached' });
    await wall.close();
  });
});
