import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { LineClient } from '../kit/line-client.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { logIn, open, wear } from '../kit/pages.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
/** What a spreadsheet would take for a formula. */
const formula = '=1+1';

needs('chromium')('administration in the browser', () => {
  let nester: Nester;
  let browser: Browser;
  let ada: Person;
  let desk: Screen;
  let page: Page;
  let old: LineClient;

  beforeAll(async () => {
    nester = await Nester.start({ env: { AERIE_LIMITS: 'failures=7' } });
    ada = await firstAdministrator(nester);
    await newPerson(nester, ada, 'Élodie');
    const general = await channelNamed(ada, 'général');
    await ada.http.call('message.send', { channelId: general, content: 'où est la réunion ?' });
    await ada.http.call('message.send', { channelId: general, content: formula });
    old = await LineClient.connect(nester.tcp);
    await old.logInOld('Élodie', password);
    browser = await launchBrowser();
    desk = await Screen.open(browser, { viewport: wide, acceptDownloads: true });
    page = desk.page;
    await logIn(page, nester.httpUrl, 'Ada');
  });
  afterAll(async () => {
    await old?.close();
    await browser?.close();
    await nester?.remove();
  });

  it('an export is a file for Excel: with a byte order mark, French headings, and no formulas', async () => {
    await open(page, nester.httpUrl, '/admin/exports', 'Admin');
    await page.getByRole('radio', { name: 'Français' }).check({ force: true });
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the messages' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    const bytes = readFileSync(await file.path());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const text = bytes.toString('utf8').slice(1);
    expect(text).toMatch(/^Utilisateur,Canal,Contenu,Horodatage/);
    expect(text).toContain('où est la réunion ?');
    expect(text).not.toMatch(new RegExp(`(?:^|,)"?${formula.replace('+', '\\+')}`, 'm'));

    const json = page.waitForEvent('download');
    await page.getByRole('radio', { name: 'JSON' }).check({ force: true });
    await page.getByRole('link', { name: 'Download the users' }).click();
    const users: unknown = JSON.parse(readFileSync(await (await json).path(), 'utf8'));
    expect(JSON.stringify(users)).toContain('Élodie');
    await open(page, nester.httpUrl, '/admin/audit', 'Admin');
    await page.getByRole('cell', { name: 'Messages exported' }).waitFor();
  });

  it('connections show a raw TCP client with its address, and close it', async () => {
    await open(page, nester.httpUrl, '/admin/connections', 'Admin');
    const row = page.getByRole('row', { name: /Élodie.*TCP · old client.*127\.0\.0\.1/ });
    await row.waitFor();
    await row.getByRole('button', { name: 'Actions for Élodie' }).click();
    await page.getByRole('menuitem', { name: 'Close' }).click();
    expect(await old.next('the kick', line => line.type === 'kick')).toMatchObject({ type: 'kick' });
    await old.closed;
    await row.waitFor({ state: 'detached' });

    // Whoever connects while one looks appears by itself.
    const stranger = await LineClient.connect(nester.tcp);
    await page.getByRole('row', { name: /not logged in/ }).waitFor();
    await stranger.close();
    await page.getByRole('row', { name: /not logged in/ }).waitFor({ state: 'detached' });
  });

  it('the audit is searched by words and days, which stand in the address', async () => {
    await open(page, nester.httpUrl, '/admin/audit', 'Admin');
    await page.getByRole('cell', { name: 'Account made' }).waitFor();
    await page.getByRole('searchbox').fill('user.create élodie');
    await page.getByRole('cell', { name: 'Messages exported' }).waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: /Élodie · role: Member/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('search')).toBe('user.create élodie');
    await page.getByLabel('to', { exact: true }).fill('2020-01-01');
    await page.getByText('No act fits').waitFor();
    await page.reload();
    await page.getByText('No act fits').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('user.create élodie');
  });

  it('settings say their variable, their value and where it comes from', async () => {
    await open(page, nester.httpUrl, '/admin/settings', 'Admin');
    await page.getByText('Failed log-ins for one account from one address').waitFor();
    const settings = await page.getByRole('main').textContent();
    expect(settings).toContain('failures7environment');
    expect(settings).toContain('AERIE_REGISTRATIONinvitedefault');
  });

  it('a channel is made, filled and archived without being in it', async () => {
    await open(page, nester.httpUrl, '/admin/channels', 'Admin');
    await page.getByRole('button', { name: 'Create a channel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Salle des profs');
    await dialog.getByRole('radio', { name: 'Only those added' }).check({ force: true });
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    const row = page.getByRole('row', { name: /Salle-des-profs/ });
    await row.getByText('private', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Actions for #Salle-des-profs' }).click();
    await page.getByRole('menuitem', { name: 'Members' }).click();
    await dialog.getByLabel('Filter by name').fill('elo');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByRole('button', { name: 'Take out' }).waitFor();
    await page.keyboard.press('Escape');
    await row.getByText('2 members').waitFor();
    await page.getByRole('button', { name: 'Actions for #Salle-des-profs' }).click();
    await page.getByRole('menuitem', { name: 'Archive the channel' }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByLabel('Which channels').selectOption('Archived');
    await row.waitFor();
  });

  it('an address is banned and let in again', async () => {
    await open(page, nester.httpUrl, '/admin/bans', 'Admin');
    await page.getByRole('button', { name: 'Ban an address' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Address or network').fill('nowhere');
    await dialog.getByRole('button', { name: 'Ban', exact: true }).click();
    await dialog.getByText('is neither an address nor a network').waitFor();
    await dialog.getByLabel('Address or network').fill('127.0.0.1');
    await dialog.getByRole('button', { name: 'Ban', exact: true }).click();
    await dialog.getByText('This would lock yourself out').waitFor();
    await dialog.getByLabel('Address or network').fill('203.0.113.9');
    await dialog.getByLabel('Reason').fill('guesses passwords');
    await dialog.getByRole('button', { name: 'Ban', exact: true }).click();
    const row = page.getByRole('row', { name: /203\.0\.113\.9.*guesses passwords/ });
    await row.getByRole('button', { name: 'Lift' }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByLabel('Which bans').selectOption('Running and past');
    await row.getByText('lifted').waitFor();
  });

  it('every tab is without serious barriers, in light and dark, on a desk and at 390 px', async () => {
    const tabs = ['users', 'invitations', 'channels', 'connections', 'bans', 'audit', 'settings', 'exports'];
    const looks = [
      [wide, 'light'],
      [wide, 'dark'],
      [narrow, 'light'],
    ] as const;
    for (const tab of tabs) {
      await page.setViewportSize(wide);
      await open(page, nester.httpUrl, `/admin/${tab}`, 'Admin');
      for (const [viewport, scheme] of looks) {
        await page.setViewportSize(viewport);
        await wear(page, scheme);
        expect(await seriousBarriers(page), `${tab}, ${viewport.width} px, ${scheme}`).toEqual([]);
      }
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, `${tab} is no wider than the screen`).toBeLessThanOrEqual(narrow.width);
    }
    await page.getByRole('navigation', { name: 'Administration' }).getByRole('button').click();
    await page.getByRole('menuitemradio', { name: 'Bans' }).click();
    await page.getByRole('button', { name: 'Ban an address' }).waitFor();
  });

  it('no page complained', () => {
    expect(desk.complaints).toEqual([]);
  });
});
