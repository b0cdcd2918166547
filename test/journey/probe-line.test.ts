import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { httpCaller } from '@aerie/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../../packages/nester/src/app.ts';
import { readConfig } from '../../packages/nester/src/config.ts';
import { readVersion } from '../../packages/nester/src/version.ts';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { needs } from '../kit/needs.ts';
import { logIn, open } from '../kit/pages.ts';
import { password } from '../kit/people.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';

const silent = { info() {}, warning() {}, error() {} };

needs('chromium')('the line on the page of a site, where Nester has a release to hand out', () => {
  const folder = scratchFolder('journey-probe-line');
  let app: App;
  let url: string;
  let browser: Browser;
  let screen: Screen;
  let page: Page;

  beforeAll(async () => {
    const archives = join(folder, 'archives');
    mkdirSync(archives);
    writeFileSync(join(archives, `aerie-${readVersion().version}-linux-x64.tar.gz`), 'an archive');
    const config = readConfig({ data: join(folder, 'data'), http: '127.0.0.1:0', tcp: '127.0.0.1:0' }, {});
    app = createApp({ ...config, probeArchives: archives }, silent);
    const running = await app.start();
    url = `http://${running.http}`;
    const token = new URL(running.setupLink!).hash.slice(1);
    const made = await httpCaller(url).call('setup.complete', { token, name: 'Ada', password, language: 'en' });
    await httpCaller(url, { token: made.token! }).call('site.create', { code: 'NE', name: 'Patriots' });
    browser = await launchBrowser();
    screen = await Screen.open(browser, { viewport: { width: 1440, height: 900 } });
    page = screen.page;
    await logIn(page, url, 'Ada');
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    removeFolder(folder);
  });

  it('installs the probe, and beside it stands what joins where one is installed', async () => {
    await open(page, url, '/sites/NE?tab=probe', 'Patriots');
    await page.getByRole('button', { name: 'Enrol a probe' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('installs the Harvester, joins the site and starts').waitFor();
    const line = await dialog.getByRole('code').first().textContent();
    expect(line).toContain(`${url}/probe/install.sh`);
    const [, sum] = /echo "([0-9a-f]{64}) {2}\$f" \| sha256sum -c/.exec(line!) ?? [];
    const script = await page.request.get(`${url}/probe/install.sh`);
    expect(script.headers().etag).toBe(`"${sum}"`);
    await dialog.getByText('A Harvester is installed there already').click();
    await dialog.getByText(/^sudo harvester enrol http/).waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(screen.complaints).toEqual([]);
  });
});
