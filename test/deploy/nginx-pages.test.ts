import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Screen } from '../kit/browser.ts';
import { needs, program } from '../kit/needs.ts';
import { logIn, messageSaying, say } from '../kit/pages.ts';
import { password } from '../kit/people.ts';
import { bootMs } from './machine.ts';
import { server, site, WebLab } from './web-lab.ts';

needs(
  'mmdebstrap',
  'nspawn',
  'netns',
  'chromium',
)('the pages behind nginx', () => {
  let lab: WebLab;
  let browser: Browser;
  let ada: Screen;
  beforeAll(async () => {
    lab = await WebLab.open();
    await lab.startNester();
    await lab.firstAdministrator('Ada', password);
    browser = await chromium.launch({
      executablePath: lab.alice.script(program('chromium')),
      // No name leads anywhere in that network.
      args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu', `--host-resolver-rules=MAP ${site} ${server[4]}`],
    });
    // The certificate signed itself: a person has agreed to it.
    ada = await Screen.open(browser, { ignoreHTTPSErrors: true });
  }, bootMs);
  afterAll(async () => {
    await browser?.close();
    await lab?.remove();
  });

  it('log somebody in and let them talk', async () => {
    await logIn(ada.page, `http://${site}`, 'Ada');
    expect(ada.page.url()).toMatch(/^https:\/\/aerie\.example\//);
    await say(ada.page, 'Bonjour par nginx');
    await messageSaying(ada.page, 'Bonjour par nginx').waitFor();
    const cookies = await ada.page.context().cookies();
    expect(cookies.map(({ name, secure, httpOnly }) => [name, secure, httpOnly])).toEqual([['__Host-aerie', true, true]]);
    const protocols = await ada.page.evaluate(() =>
      performance.getEntriesByType('resource').map(entry => (entry as PerformanceResourceTiming).nextHopProtocol),
    );
    expect(new Set(protocols)).toEqual(new Set(['h2']));
    // Nothing was refused for being one of too many: a whole class asks for as much.
    const log = lab.machine.read('/var/log/nginx/aerie.access.log');
    expect(log.split('\n').filter(line => line.includes('" 429 '))).toEqual([]);
    expect(log.split('\n').filter(line => line.includes('Mozilla')).length).toBeLessThan(60);
    expect(ada.complaints).toEqual([]);
  });

  it('come back by themselves, with what was said, after nginx has read its files again and Nester was started again', async () => {
    await lab.machine.run('systemctl', ['reload', 'nginx']);
    await say(ada.page, 'after the reload');
    await messageSaying(ada.page, 'after the reload').waitFor();
    await lab.machine.run('systemctl', ['stop', 'nester']);
    await ada.page.getByText('Connection lost').waitFor();
    await say(ada.page, 'written while it was away');
    await lab.restartNester();
    await messageSaying(ada.page, 'written while it was away').waitFor({ timeout: 30_000 });
    await ada.page.getByText('Connection lost').waitFor({ state: 'detached', timeout: 30_000 });
    expect(await messageSaying(ada.page, 'Bonjour par nginx').count()).toBe(1);
  });

  it('say that Nester is away to whoever comes meanwhile, and go on when it is there', async () => {
    await lab.machine.run('systemctl', ['stop', 'nester']);
    const late = await Screen.open(browser, { ignoreHTTPSErrors: true, colorScheme: 'dark' });
    await late.page.goto(`https://${site}/c/dev`);
    await late.page.getByRole('heading', { name: 'Aerie is not answering' }).waitFor();
    await late.page.getByRole('heading', { name: 'Aerie ne répond pas' }).waitFor();
    // The answer is a 502, of which the console tells; nothing of the page was refused.
    expect(late.complaints.filter(text => !text.includes('502'))).toEqual([]);
    await lab.restartNester();
    await late.page.getByRole('heading', { name: 'Log in' }).waitFor({ timeout: 20_000 });
    expect(late.page.url()).toContain('/c/dev');
    await late.close();
  });

  it('work by the address of the machine too', async () => {
    const other = await Screen.open(browser, { ignoreHTTPSErrors: true });
    await logIn(other.page, `https://[${server[6]}]`, 'Ada');
    await say(other.page, 'by its address');
    await messageSaying(other.page, 'by its address').waitFor();
    await messageSaying(ada.page, 'by its address').waitFor();
    await other.close();
  });
});
