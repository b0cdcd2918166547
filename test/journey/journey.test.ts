import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { type Line, LineClient } from '../kit/line-client.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { makeAccount, messageSaying, open, say, shownMessages, wear } from '../kit/pages.ts';
import { password } from '../kit/people.ts';

const narrow = { width: 390, height: 844 };
/** "At once", on a machine that does other things too. */
const soonMs = 4_000;
const wide = { width: 1280, height: 800 };

needs('chromium')('the first journey: a message', () => {
  let nester: Nester;
  let browser: Browser;
  let ada: Screen;
  let bo: Screen;
  let cy: LineClient;
  let invitation: string;

  beforeAll(async () => {
    nester = await Nester.start();
    browser = await launchBrowser();
    ada = await Screen.open(browser, { viewport: wide });
    bo = await Screen.open(browser, { viewport: wide });
  });
  afterAll(async () => {
    await browser?.close();
    await nester?.remove();
  });

  it('the set-up link makes the first administrator, who lands in #général and is welcomed', async () => {
    const { page } = ada;
    await page.goto(await nester.setupLink());
    await page.getByRole('heading', { name: 'Set up Aerie' }).waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await wear(page, scheme);
      expect(await seriousBarriers(page)).toEqual([]);
    }
    await makeAccount(page, 'Ada', 'Create the administrator');
    await page.getByRole('heading', { name: 'général', level: 1 }).waitFor();
    await messageSaying(page, 'Welcome to Aerie').waitFor();
    const channels = page.getByRole('navigation', { name: 'Channels' });
    for (const name of ['dev', 'admin', 'supervision']) await channels.getByRole('link', { name }).waitFor();
  });

  it('an invitation link brings a second person, and both see at once what the other writes', async () => {
    await say(ada.page, 'Bonjour à tous 👋');
    await messageSaying(ada.page, 'Bonjour à tous 👋').waitFor();

    await open(ada.page, nester.httpUrl, '/admin/users', 'Admin');
    await ada.page.getByRole('button', { name: 'Invite', exact: true }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    invitation = (await dialog.getByRole('code').textContent())!;
    await dialog.getByRole('button', { name: 'Done' }).click();
    await open(ada.page, nester.httpUrl, '/c/général', 'général');

    await bo.page.goto(invitation);
    await bo.page.getByRole('heading', { name: /^Join/ }).waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await wear(bo.page, scheme);
      expect(await seriousBarriers(bo.page)).toEqual([]);
    }
    await makeAccount(bo.page, 'Bo', 'Create my account');
    await messageSaying(bo.page, 'Bonjour à tous 👋').waitFor();
    await say(bo.page, 'Hello Ada');
    await messageSaying(ada.page, 'Hello Ada').waitFor({ timeout: soonMs });
    await say(ada.page, 'Hello Bo');
    await messageSaying(bo.page, 'Hello Bo').waitFor({ timeout: soonMs });
  });

  it('a third person, on a bare socket, talks in the same channel', async () => {
    await open(ada.page, nester.httpUrl, '/admin/users', 'Admin');
    await ada.page.getByRole('button', { name: 'Create', exact: true }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Cy');
    await dialog.getByLabel('First password', { exact: true }).fill(password);
    await dialog.getByRole('button', { name: 'Create the account' }).click();
    await ada.page.getByRole('cell', { name: 'Cy', exact: true }).waitFor();
    await open(ada.page, nester.httpUrl, '/c/général', 'général');

    cy = await LineClient.connect(nester.tcp);
    await cy.logInOld('Cy', password);
    cy.write({ type: 'message', subtype: 'global', to: 'global', content: 'salut de nc' });
    for (const { page } of [ada, bo]) await messageSaying(page, 'salut de nc').waitFor({ timeout: soonMs });
    await say(bo.page, 'Salut Cy');
    expect(await cy.next('Bo’s words', line => line.type === 'message')).toMatchObject({
      from: 'Bo',
      content: 'Salut Cy',
      channel: '#général',
    });
    // No echo: a sender on the old wire shows its own words itself.
    expect(cy.lines.filter(line => line.content === 'salut de nc')).toEqual([]);
  });

  it('#admin is closed to both', async () => {
    const channels = bo.page.getByRole('navigation', { name: 'Channels' });
    expect(await channels.getByRole('link', { name: 'admin' }).count()).toBe(0);
    await bo.page.goto(`${nester.httpUrl}/c/admin`);
    await bo.page.getByText('You are not in this channel').waitFor();
    await open(bo.page, nester.httpUrl, '/c/général', 'général');

    cy.write({ type: 'channel_switch', channel: '#admin' });
    const isRefusal = (line: Line) => line.type !== 'status';
    expect(await cy.next('a refusal', isRefusal)).toMatchObject({ type: 'error', message: 'Canal inexistant' });
    cy.write({ type: 'message', content: 'let me in', channel: '#admin' });
    expect(await cy.next('a refusal', isRefusal)).toMatchObject({ type: 'error' });
  });

  it('a link that was used makes no second account', async () => {
    const stranger = await Screen.open(browser, { viewport: narrow });
    await stranger.page.goto(invitation);
    await stranger.page.getByText('This invitation no longer works').waitFor();
    await stranger.page.goto(nester.httpUrl);
    await stranger.page.getByRole('heading', { name: 'Log in' }).waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await wear(stranger.page, scheme);
      expect(await seriousBarriers(stranger.page)).toEqual([]);
    }
    await stranger.close();
  });

  it('kill -9 and a new start: the browsers come back by themselves and show what they missed, once', async () => {
    await say(bo.page, 'the last before the end');
    await messageSaying(ada.page, 'the last before the end').waitFor();
    const before = await shownMessages(bo.page);
    await bo.page.context().setOffline(true);
    await nester.kill();
    await ada.page.getByText('Connection lost').waitFor();
    // Written into a dead line: it waits, and arrives.
    await say(ada.page, 'written while it was down');
    await cy.closed;
    await nester.start();

    cy = await LineClient.connect(nester.tcp);
    await cy.logInOld('Cy', password);
    cy.write({ type: 'message', content: 'back again' });
    await messageSaying(ada.page, 'back again').waitFor({ timeout: 40_000 });
    await messageSaying(ada.page, 'written while it was down').waitFor();
    expect(await shownMessages(bo.page)).toEqual(before);

    await bo.page.context().setOffline(false);
    await messageSaying(bo.page, 'back again').waitFor();
    const shown = await shownMessages(bo.page);
    expect(shown.slice(0, before.length)).toEqual(before);
    expect(shown.slice(before.length).toSorted()).toEqual(['Ada: written while it was down', 'Cy: back again']);
    expect(await shownMessages(ada.page)).toEqual(shown);
    await say(bo.page, 'and I am live');
    await messageSaying(ada.page, 'and I am live').waitFor({ timeout: soonMs });
  });

  it('every page is without serious barriers, in light and dark, on a desk and at 390 px', async () => {
    const { page } = ada;
    const pages = [
      ['/c/général', page.getByRole('heading', { name: 'général', level: 1 })],
      ['/admin/users', page.getByRole('cell', { name: 'Bo', exact: true })],
      ['/admin/invitations', page.getByRole('columnheader', { name: 'Expires' })],
      ['/admin/audit', page.getByRole('cell', { name: 'Invitation made' }).first()],
      ['/me', page.getByRole('heading', { name: 'Ada', level: 1 })],
      ['/nowhere', page.getByText('There is nothing at this address')],
    ] as const;
    const looks = [
      [wide, 'light'],
      [wide, 'dark'],
      [narrow, 'dark'],
    ] as const;
    for (const [path, landmark] of pages) {
      await page.setViewportSize(wide);
      await page.goto(nester.httpUrl + path);
      await landmark.waitFor();
      for (const [viewport, scheme] of looks) {
        await page.setViewportSize(viewport);
        await wear(page, scheme);
        expect(await seriousBarriers(page), `${path}, ${viewport.width} px, ${scheme}`).toEqual([]);
      }
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, `${path} is no wider than the screen`).toBeLessThanOrEqual(narrow.width);
    }
  });

  it('at 390 px one goes from the channels into one, writes, and comes back', async () => {
    const { page } = ada;
    await page.setViewportSize(narrow);
    await page.goto(nester.httpUrl);
    await page.getByRole('navigation', { name: 'Channels' }).getByRole('link', { name: 'dev' }).click();
    await page.getByRole('heading', { name: 'dev', level: 1 }).waitFor();
    await say(page, 'from a telephone');
    await messageSaying(page, 'from a telephone').waitFor();
    await page.goBack();
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Me' }).click();
    await page.getByRole('heading', { name: 'Ada', level: 1 }).waitFor();
  });

  it('no page complained', () => {
    // What the browser itself says of a server that is not there is no complaint of the page.
    const ofPages = [...ada.complaints, ...bo.complaints].filter(text => !/^WebSocket connection to .* failed|net::ERR_/.test(text));
    expect(ofPages).toEqual([]);
  });
});
