import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { type HttpCaller, httpCaller } from '@aerie/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../../packages/nester/src/app.ts';
import { backupName } from '../../packages/nester/src/backups/names.ts';
import { connectToNester, type Desk } from '../../packages/nester/src/cli/socket.ts';
import { readConfig } from '../../packages/nester/src/config.ts';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { needs } from '../kit/needs.ts';
import { logIn, open, wear } from '../kit/pages.ts';
import { password } from '../kit/people.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';

const hourMs = 3_600_000;
const silent = { info() {}, warning() {}, error() {} };

/** The clock is the test's until the browser looks: Nester began five hours ago, and wants a backup every three. */
needs('chromium')('backups that do not come', () => {
  const folder = scratchFolder('journey-backups');
  const posted: { type: string; data: { text: string; incident: { siteId: string; siteCode: string } } }[] = [];
  const receiver = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', text => {
      body += text;
    });
    request.on('end', () => {
      posted.push(JSON.parse(body));
      response.end();
      receiver.emit('posted');
    });
  });
  let offset = -5 * hourMs;
  let app: App;
  let url: string;
  let ada: HttpCaller;
  let desk: Desk;
  let browser: Browser;
  let screen: Screen;
  let page: Page;
  let backups: string;

  beforeAll(async () => {
    const data = mkdtempSync(join(folder, 'data-'));
    backups = join(data, 'backups');
    const config = readConfig(
      { data, http: '127.0.0.1:0', tcp: '127.0.0.1:0', backupLateHours: 3, backupCopy: 'aerie@keep.example:aerie' },
      {},
    );
    app = createApp(config, silent, () => Date.now() + offset);
    const running = await app.start();
    url = `http://${running.http}`;
    const token = new URL(running.setupLink!).hash.slice(1);
    const made = await httpCaller(url).call('setup.complete', { token, name: 'Ada', password, language: 'en' });
    ada = httpCaller(url, { token: made.token! });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const { port } = receiver.address() as { port: number };
    const target = { kind: 'webhook', url: `http://127.0.0.1:${port}/` } as const;
    await ada.call('route.create', { name: 'Pager', on: true, target, siteIds: null, groups: null, atLeast: 'warning', language: 'fr' });
    desk = (await connectToNester(join(data, 'nester.sock')))!;
    browser = await launchBrowser();
    screen = await Screen.open(browser, { viewport: { width: 1440, height: 900 } });
    page = screen.page;
  });
  afterAll(async () => {
    await browser?.close();
    desk?.close();
    await app?.stop();
    receiver.close();
    removeFolder(folder);
  });

  const attempt = (name: string | null, problem: string | null) =>
    desk.call('backup.record', { at: Date.now(), name, seconds: 2.5, problem, copied: name !== null });
  const put = (at: number) => {
    mkdirSync(backups, { recursive: true });
    writeFileSync(join(backups, backupName(at)), Buffer.alloc(3_400_000));
    return backupName(at);
  };

  it('say nothing while there is time, and how one is made', async () => {
    await logIn(page, url, 'Ada');
    await page.goto(`${url}/admin/backups`);
    await page.getByText('No backup', { exact: true }).first().waitFor();
    await page.getByText('The first is awaited').waitFor();
    await page.getByText('nester backup', { exact: true }).waitFor();
    await page.getByText('aerie@keep.example:aerie').waitFor();
    await page.getByText('None that this database knows of.').waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
  });

  it('are an incident where people look: the room, the list, the wall, a webhook, and what is taken out', async () => {
    put(Date.now() - 4 * hourMs);
    const told = once(receiver, 'posted');
    offset = 0;
    await attempt(null, 'The disk is full: 12 MB are left in /var/lib/aerie/backups.');
    await within(10_000, 'the webhook', told);
    expect(posted[0]).toMatchObject({ type: 'incident.opened', data: { incident: { siteId: 'nester', siteCode: 'Nester' } } });
    expect(posted[0]!.data.text).toMatch(
      /^Incident : aucune sauvegarde de Nester depuis plus de 3 h : la dernière date du .*The disk is full/,
    );

    await open(page, url, '/c/supervision', 'supervision');
    const card = page.getByRole('article').filter({ hasText: 'Nester is not backed up' });
    await card.getByText('last attempt: The disk is full').waitFor();
    await card.getByRole('link', { name: 'Nester', exact: true }).click();
    await page.getByText('Late', { exact: true }).waitFor();

    await open(page, url, '/incidents?site=NESTER', 'Incidents');
    await page.getByRole('link', { name: 'Nester is not backed up' }).click();
    const panel = page.getByRole('complementary');
    await panel.getByText(/the newest backup is of/).waitFor();
    await panel.getByText('What to do', { exact: true }).click();
    await panel.getByRole('heading', { name: 'No backup comes any more' }).waitFor();
    expect(await seriousBarriers(page)).toEqual([]);

    await page.goto(`${url}/wall`);
    await page.getByText('Nester is not backed up').waitFor();

    const exported = await page.request.get(`${url}/api/export/incidents?format=csv&language=en&siteId=nester`);
    expect(await exported.text()).toMatch(/,Nester,Nester,backup\.late,warning,/);
  });

  it('say how the last attempt went, in each light and on a telephone', async () => {
    await page.goto(`${url}/admin/backups`);
    await page.getByText('The disk is full: 12 MB are left').waitFor();
    await page.getByText('4 hr', { exact: true }).waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await wear(page, scheme);
      expect(await seriousBarriers(page), scheme).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText('The disk is full: 12 MB are left').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await seriousBarriers(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('are over by themselves when one comes', async () => {
    const told = once(receiver, 'posted');
    const name = put(Date.now());
    writeFileSync(join(backups, `${name}.keep`), '');
    await attempt(name, null);
    await within(10_000, 'the webhook', told);
    expect(posted.at(-1)).toMatchObject({ type: 'incident.resolved' });
    // The page heard of it and asked again.
    await page.getByText('On time').waitFor();
    await page.getByText('Made and verified').waitFor();
    await page.getByRole('heading', { name: /^2 backups/ }).waitFor();
    expect(await page.getByRole('row').count()).toBe(3);
    await page.getByRole('row').filter({ hasText: name }).filter({ hasText: 'Kept for good' }).waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'Kept for good' }).count()).toBe(1);
    await page.goto(`${url}/wall`);
    await page.getByRole('heading', { name: 'Sites, on the wall' }).waitFor();
    await page.getByText('Nester is not backed up').waitFor({ state: 'detached' });

    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^aerie_backups 2$/m);
    expect(metrics).toMatch(/^aerie_backup_age_seconds \d/m);
    expect(metrics).toMatch(/^aerie_backup_bytes 3400000$/m);
    expect(metrics).toMatch(/^aerie_backup_attempts_total\{outcome="failed"\} 1$/m);
    expect(screen.complaints).toEqual([]);
  });
});
