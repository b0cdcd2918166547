import { copyFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { logIn, open, wear } from '../kit/pages.ts';
import { firstAdministrator, newPerson, type Person } from '../kit/people.ts';
import { newSite, SimulatedProbe } from '../kit/probe.ts';
import { root } from '../kit/scratch.ts';

const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };
/** From the last heartbeat until the incident stands, with heartbeats of a second. */
const noticedMs = 20_000;
const hostile = '<img src=x onerror=alert(1)>';
const samples = join(root, 'packages/nester/test/samples');

needs('chromium')('incidents and what is around them, as people see it', () => {
  let nester: Nester;
  let ada: Person;
  let probe: SimulatedProbe;
  let browser: Browser;
  let desk: Screen;
  let room: Screen;
  let hook: Server;
  /** What the webhook received: its kind, and whether it was signed. */
  const received: { type: unknown; signed: boolean }[] = [];

  beforeAll(async () => {
    nester = await Nester.start();
    ada = await firstAdministrator(nester);
    await newPerson(nester, ada, 'Tess', 'technician');
    const siteId = await newSite(ada, 'SEA');
    await ada.http.call('site.update', { siteId, zone: 'America/Los_Angeles' });
    probe = await SimulatedProbe.enrol(nester, ada, siteId, hostile);
    await probe.connect();
    hook = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.once('end', () => {
        received.push({ type: JSON.parse(body).type, signed: request.headers['webhook-signature'] !== undefined });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>(done => hook.listen(0, '127.0.0.1', done));
    browser = await launchBrowser();
    desk = await Screen.open(browser, { viewport: wide });
    room = await Screen.open(browser, { viewport: wide });
    await logIn(desk.page, nester.httpUrl, 'Ada');
    await logIn(room.page, nester.httpUrl, 'Tess');
  });
  afterAll(async () => {
    await probe?.vanish();
    await browser?.close();
    hook?.close();
    await nester?.remove();
  });

  const card = (state: string): Locator => room.page.getByRole('article').filter({ hasText: 'Site SEA' }).filter({ hasText: state });
  const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Incident' });
  const steps = (page: Page): Locator => panel(page).getByRole('region', { name: 'Timeline' }).getByRole('listitem');

  /** Waits until a field holds a text. */
  async function holds(field: Locator, text: string): Promise<void> {
    const element = await field.elementHandle();
    await field.page().waitForFunction(([found, wanted]) => (found as HTMLTextAreaElement).value === wanted, [element, text] as const);
  }

  async function isOpenToAll(page: Page, what: string): Promise<void> {
    for (const scheme of ['light', 'dark'] as const) {
      await wear(page, scheme);
      expect(await seriousBarriers(page), `${what}, ${scheme}`).toEqual([]);
    }
  }

  it('a probe falls silent: its card says how urgent it is, and opens the timeline beside the conversation', async () => {
    await open(room.page, nester.httpUrl, '/c/supervision', 'supervision');
    await probe.vanish();
    await card('Critical').filter({ hasText: hostile }).waitFor({ timeout: noticedMs });
    await card('Critical').getByRole('link', { name: 'Timeline' }).click();
    await panel(room.page).getByRole('heading', { name: 'is silent' }).waitFor();
    await steps(room.page).filter({ hasText: 'It began' }).waitFor();
    // The conversation keeps its place.
    await room.page.getByRole('textbox', { name: /^Write to/ }).waitFor();
    await isOpenToAll(room.page, 'a timeline beside a conversation');
  });

  it('one acknowledges it with a note, which outlives a reload until it is sent', async () => {
    const note = panel(room.page).getByRole('textbox', { name: 'Note' });
    await note.fill('I call the site.');
    await room.page.reload();
    await note.waitFor();
    await holds(note, 'I call the site.');
    await panel(room.page).getByRole('button', { name: 'Acknowledge' }).click();
    await steps(room.page).filter({ hasText: 'Tess looks after it' }).filter({ hasText: 'I call the site.' }).waitFor();
    await holds(note, '');
    await card('Acknowledged').filter({ hasText: 'Tess looks after it' }).waitFor();
  });

  it('another page follows; the keys move, open, snooze and write', async () => {
    const { page } = desk;
    await open(page, nester.httpUrl, '/incidents', 'Incidents');
    await page.getByRole('listitem').filter({ hasText: 'Tess looks after it' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await panel(page).getByRole('heading', { name: 'is silent' }).waitFor();
    await isOpenToAll(page, '/incidents with a timeline');
    await page.keyboard.press('s');
    await page.getByRole('dialog').getByRole('button', { name: 'For one hour' }).click();
    await steps(page).filter({ hasText: 'Ada snoozed it until' }).waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('The power is out in the street.');
    await page.keyboard.press('Control+Enter');
    await steps(room.page).filter({ hasText: 'The power is out in the street.' }).waitFor();

    await panel(page).getByRole('button', { name: 'Assign' }).click();
    await page.getByRole('menuitemradio', { name: 'Tess' }).click();
    await steps(page).filter({ hasText: 'Ada gave it to Tess' }).waitFor();
    await page.getByRole('checkbox', { name: 'Mine' }).check();
    await page.getByText('No incident fits').waitFor();
    expect(new URL(page.url()).searchParams.get('mine')).toBe('true');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('main').getByRole('listitem').filter({ hasText: 'Tess looks after it' }).waitFor();
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
  });

  it('a webhook is added, its secret shown once, tried out, and told of a test incident', async () => {
    const { page } = desk;
    const { port } = hook.address() as { port: number };
    await open(page, nester.httpUrl, '/admin/notifications', 'Administration');
    await page.getByRole('button', { name: 'Add a route' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('On call');
    await dialog.getByText('Webhook', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('An address that begins with').waitFor();
    await dialog.getByLabel('Address').fill(`http://127.0.0.1:${port}/hook`);
    await dialog.getByText('Everything', { exact: true }).click();
    await isOpenToAll(page, 'the form of a route');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('heading', { name: 'The secret of this webhook' }).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    const route = page.getByRole('row').filter({ hasText: 'On call' }).filter({ hasText: 'Webhook' });
    await route.getByRole('button', { name: 'Test' }).click();
    await route.getByText('Sent').waitFor();
    expect(received).toEqual([{ type: 'test', signed: true }]);
    await isOpenToAll(page, '/admin/notifications');

    await page.keyboard.press('Control+k');
    const palette = page.getByRole('combobox', { name: 'Find' });
    await palette.fill('raise a test');
    await palette.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Raise a test' }).click();
    await panel(page).getByRole('region', { name: 'Who was told' }).getByRole('listitem').filter({ hasText: 'On call' }).waitFor();
  });

  it('a technician assigns a file that waits, by one press, and announces maintenance', async () => {
    const { page } = room;
    copyFileSync(join(samples, 'c-seahawks.json'), join(nester.folder, 'inbox', 'c-seahawks.json'));
    copyFileSync(join(samples, 'unknown-list.json'), join(nester.folder, 'inbox', `${hostile.replaceAll('/', '')}.json`));
    await open(page, nester.httpUrl, '/admin', 'Tools');
    await page.getByRole('button', { name: 'c-seahawks.json' }).waitFor({ timeout: noticedMs });
    await page.getByText('Quarantined').waitFor({ timeout: noticedMs });
    await isOpenToAll(page, '/admin/files');
    await page.getByRole('button', { name: 'c-seahawks.json' }).click();
    await page.getByRole('region', { name: 'The beginning of the file' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Assign c-seahawks.json to a site' }).selectOption({ label: 'Site SEA' });
    await page.getByRole('button', { name: 'c-seahawks.json' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Taken in' }).click();
    await page.getByRole('row').filter({ hasText: 'c-seahawks.json' }).filter({ hasText: 'Site SEA' }).waitFor();

    await page.getByRole('link', { name: 'Maintenance' }).click();
    await page.getByRole('button', { name: 'Announce maintenance' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What is done').fill('New switch');
    await dialog.getByRole('checkbox', { name: 'Site SEA' }).check();
    await dialog.getByText('On the clocks of the site: America/Los_Angeles.').waitFor();
    await isOpenToAll(page, 'the form of maintenance');
    await dialog.getByRole('button', { name: 'Announce maintenance' }).click();
    await page.getByRole('row').filter({ hasText: 'New switch' }).filter({ hasText: 'America/Los_Angeles' }).waitFor();
    // What only administrators may open is closed, however one comes there.
    await page.goto(`${nester.httpUrl}/admin/tokens`);
    await page.getByText('Administration is closed to you').waitFor();
  });

  it('a token is made and shown once; storage says what is kept; the audit says who did it', async () => {
    const { page } = desk;
    await open(page, nester.httpUrl, '/admin/tokens', 'Administration');
    await page.getByRole('button', { name: 'Make a token' }).first().click();
    await page.getByRole('dialog').getByLabel('Name').fill('Prometheus');
    await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
    const token = await page.getByRole('dialog').getByRole('code').textContent();
    const answer = await fetch(`${nester.httpUrl}/api/site.list`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(200);
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row').filter({ hasText: 'Prometheus' }).getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('row').filter({ hasText: 'Prometheus' }).filter({ hasText: 'revoked' }).waitFor();

    await page.getByRole('link', { name: 'Storage' }).click();
    await page.getByRole('row').filter({ hasText: 'WAN, five minutes' }).waitFor();
    await isOpenToAll(page, '/admin/storage');
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('row').filter({ hasText: 'File assigned to a site' }).filter({ hasText: 'Tess' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Incident snoozed' }).filter({ hasText: 'SEA · Probe silent' }).waitFor();
  });

  it('fits a telephone', async () => {
    const { page } = desk;
    await page.setViewportSize(narrow);
    await open(page, nester.httpUrl, '/incidents', 'Incidents');
    await page.getByRole('link', { name: 'is silent' }).click();
    await panel(page).getByRole('heading', { name: 'is silent' }).waitFor();
    await isOpenToAll(page, 'a timeline on a telephone');
    const isNoWider = async (what: string) =>
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${what} is no wider than the screen`).toBeLessThanOrEqual(
        narrow.width,
      );
    await isNoWider('a timeline');
    await panel(page).getByRole('button', { name: 'Back' }).click();
    await page.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor();
    for (const path of ['notifications', 'files', 'maintenance', 'tokens', 'storage']) {
      await open(page, nester.httpUrl, `/admin/${path}`, 'Administration');
      await page.getByRole('status').first().waitFor({ state: 'attached' });
      await isNoWider(path);
    }
  });

  it('the probe returns: the incident is over everywhere, in one message', async () => {
    await open(room.page, nester.httpUrl, '/c/supervision', 'supervision');
    await probe.connect();
    await card('Resolved').filter({ hasText: hostile }).waitFor({ timeout: noticedMs });
    expect(await card(hostile).count()).toBe(1);
  });

  it('no page complained', () => {
    expect([...desk.complaints, ...room.complaints]).toEqual([]);
  });
});
