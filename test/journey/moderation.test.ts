import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen, seriousBarriers } from '../kit/browser.ts';
import { LineClient } from '../kit/line-client.ts';
import { needs } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { logIn, messageSaying, open, say, wear } from '../kit/pages.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };

needs('chromium')('people who mention, disturb and are put out', () => {
  let nester: Nester;
  let browser: Browser;
  let ada: Person;
  let bo: Person;
  let desk: Screen;
  let room: Screen;

  beforeAll(async () => {
    nester = await Nester.start({ env: { AERIE_GUESTS: 'on' } });
    ada = await firstAdministrator(nester);
    bo = await newPerson(nester, ada, 'Bo');
    await newPerson(nester, ada, 'Chloé Durand');
    browser = await launchBrowser();
    desk = await Screen.open(browser, { viewport: wide });
    room = await Screen.open(browser, { viewport: wide });
    await logIn(desk.page, nester.httpUrl, 'Ada');
    await logIn(room.page, nester.httpUrl, 'Bo');
  });
  afterAll(async () => {
    await browser?.close();
    await nester?.remove();
  });

  const composer = (page: Page) => page.getByRole('textbox', { name: /^Write to/ });
  const channelLink = (page: Page, name: string) => page.getByRole('navigation', { name: 'Channels' }).getByRole('link', { name });

  async function isOpenToAll(page: Page, what: string): Promise<void> {
    for (const scheme of ['light', 'dark'] as const) {
      await wear(page, scheme);
      expect(await seriousBarriers(page), `${what}, ${scheme}`).toEqual([]);
    }
  }

  it('a name is offered after @, and whoever is mentioned elsewhere sees it counted, apart from what is only unread', async () => {
    await open(room.page, nester.httpUrl, '/c/dev', 'dev');
    const box = composer(desk.page);
    await box.pressSequentially('Salut @b');
    await desk.page.getByRole('option', { name: /^Bo/ }).waitFor();
    await isOpenToAll(desk.page, 'the names that are offered');
    await box.press('Enter');
    expect(await box.inputValue()).toBe('Salut @Bo ');
    await box.pressSequentially('!');
    await box.press('Enter');
    await say(desk.page, 'and nobody');

    await channelLink(room.page, 'général').getByText('1 mention of you').waitFor();
    await channelLink(room.page, 'général').getByText('2 unread messages').waitFor();
    expect(await room.page.title()).toMatch(/^\(@1\) /);
    await isOpenToAll(room.page, 'a mention in the list');

    await channelLink(room.page, 'général').click();
    const mine = messageSaying(room.page, 'Salut @Bo !').locator('mark');
    expect(await mine.textContent()).toBe('@Bo');
    expect(await mine.getAttribute('data-me')).not.toBeNull();
    await channelLink(room.page, 'général').getByText('1 mention of you').waitFor({ state: 'detached' });
    await isOpenToAll(room.page, 'a message that mentions oneself');
  });

  it('while nobody looks, a mention is told by the system, once it was asked for', async () => {
    const { page } = room;
    await page.context().grantPermissions(['notifications']);
    await open(page, nester.httpUrl, '/me', 'Bo');
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('On in this browser.').waitFor();
    await open(page, nester.httpUrl, '/c/dev', 'dev');
    // A page in a test is always in sight: it is told that it is not, and what it would show is caught.
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true });
      const told: string[] = [];
      Object.assign(window, {
        told,
        Notification: class {
          static permission = 'granted';
          constructor(title: string, { body }: { body: string }) {
            told.push(`${title}: ${body}`);
          }
        },
      });
    });
    await say(desk.page, 'to nobody');
    await say(desk.page, '@bo look here');
    await page.waitForFunction(() => (window as unknown as { told: string[] }).told.length > 0);
    expect(await page.evaluate(() => (window as unknown as { told: string[] }).told)).toEqual(['Ada in #général: @bo look here']);
    await open(page, nester.httpUrl, '/c/général', 'général');
  });

  it('a guest is marked, and has no account’s tile', async () => {
    const guest = await LineClient.connect(nester.tcp);
    guest.write({ type: 'message', subtype: 'global', to: 'global', from: 'Zoé', content: 'just passing' });
    const message = messageSaying(room.page, 'just passing');
    await message.getByText('guest', { exact: true }).waitFor();
    await guest.close();
  });

  it('commands do what they say, or say what is wrong and keep the line', async () => {
    const { page } = room;
    const box = composer(page);
    await box.fill('/dance');
    await box.press('Enter');
    await page.getByText('There is no command /dance').waitFor();
    expect(await box.inputValue()).toBe('/dance');
    await isOpenToAll(page, 'a command that is none');

    await box.fill('/kick Ada');
    await box.press('Enter');
    await page.getByText('Your role does not allow this').waitFor();
    await box.fill('/msg chloé durand salut Chloé');
    await box.press('Enter');
    await page.getByRole('heading', { name: 'Chloé Durand', level: 1 }).waitFor();
    await messageSaying(page, 'salut Chloé').waitFor();
    await composer(page).fill('/join #GENERAL');
    await composer(page).press('Enter');
    await page.getByRole('heading', { name: 'général', level: 1 }).waitFor();
    await say(page, '//join is how one joins');
    await messageSaying(desk.page, '/join is how one joins').waitFor();
  });

  it('muted from the member menu, the other browser cannot write, knows until when and why, and keeps its draft', async () => {
    await composer(room.page).fill('half a sentence');
    await desk.page.getByRole('button', { name: 'Members' }).click();
    await desk.page.getByRole('button', { name: 'Actions for Bo' }).click();
    await isOpenToAll(desk.page, 'the menu of a member');
    await desk.page.getByRole('menuitem', { name: 'Mute…' }).click();
    const dialog = desk.page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('too loud');
    await dialog.getByLabel('For how long').selectOption('10 minutes');
    await isOpenToAll(desk.page, 'the dialog of a mute');
    await dialog.getByRole('button', { name: 'Mute', exact: true }).click();

    await room.page.getByText('You may read, not write, until').waitFor();
    await room.page.getByText('Reason: too loud').waitFor();
    expect(await composer(room.page).count()).toBe(0);
    await isOpenToAll(room.page, 'in place of the composer');
    await messageSaying(room.page, 'Ada muted Bo').waitFor();

    await desk.page.getByRole('button', { name: 'Actions for Bo' }).click();
    await desk.page.getByRole('menuitem', { name: 'Let write again' }).click();
    await composer(room.page).waitFor();
    expect(await composer(room.page).inputValue()).toBe('half a sentence');
  });

  it('put out, one reads why, and may come back', async () => {
    await ada.http.call('user.kick', { userId: bo.userId, reason: 'a pause' });
    await room.page.getByRole('heading', { name: 'You were put out' }).waitFor();
    await room.page.getByText('Reason: a pause').waitFor();
    await isOpenToAll(room.page, 'put out');
    await room.page.getByRole('button', { name: 'Go to the log-in' }).click();
    await room.page.getByLabel('Name').fill('Bo');
    await room.page.getByLabel('Password', { exact: true }).fill(password);
    await room.page.getByRole('button', { name: 'Log in' }).click();
    await composer(room.page).waitFor();
    expect(await composer(room.page).inputValue()).toBe('half a sentence');
  });

  it('banned, one is out at once with the reason, and cannot log in', async () => {
    const { page } = desk;
    await open(page, nester.httpUrl, '/admin/users', 'Admin');
    await page.getByRole('button', { name: 'Actions for Bo' }).click();
    await page.getByRole('menuitem', { name: 'Ban…' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('enough');
    await page.getByRole('dialog').getByRole('button', { name: 'Ban', exact: true }).click();
    await page.getByRole('cell', { name: /Banned, ends/ }).waitFor();

    await room.page.getByRole('heading', { name: 'Your access is closed' }).waitFor();
    await room.page.getByText('Reason: enough').waitFor();
    await room.page.setViewportSize(narrow);
    await isOpenToAll(room.page, 'banned, on a telephone');
    await room.page.getByRole('button', { name: 'Go to the log-in' }).click();
    await room.page.getByLabel('Name').fill('Bo');
    await room.page.getByLabel('Password', { exact: true }).fill(password);
    await room.page.getByRole('button', { name: 'Log in' }).click();
    await room.page.getByText(/You may not come in until .*\(enough\)/).waitFor();

    await open(page, nester.httpUrl, '/admin/bans', 'Admin');
    await page.getByRole('row', { name: /Bo/ }).getByRole('button', { name: 'Lift' }).click();
    await page.getByText('Nobody is muted or banned').waitFor();
    await room.page.getByRole('button', { name: 'Log in' }).click();
    await room.page.getByLabel(/^Messages in/).waitFor();
  });

  it('a channel that is closed to a role, or archived, leaves the list of the other browser', async () => {
    await room.page.setViewportSize(wide);
    const { page } = desk;
    const { channelId } = await ada.http.call('channel.create', { name: 'projet' });
    await ada.http.call('member.add', { channelId, userId: bo.userId });
    await channelLink(room.page, 'projet').click();
    await room.page.getByRole('heading', { name: 'projet', level: 1 }).waitFor();

    await open(page, nester.httpUrl, '/admin/channels', 'Admin');
    await page.getByRole('button', { name: 'Actions for #projet' }).click();
    await page.getByRole('menuitem', { name: 'Name, topic, rights' }).click();
    await page.getByRole('dialog').getByLabel('Who may be in it').selectOption('Technicians and administrators');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await room.page.getByText('You are not in this channel').waitFor();
    await channelLink(room.page, 'projet').waitFor({ state: 'detached' });

    const dev = await channelNamed(ada, 'dev');
    await channelLink(room.page, 'dev').click();
    await room.page.getByRole('heading', { name: 'dev', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Actions for #dev' }).click();
    await page.getByRole('menuitem', { name: 'Archive the channel' }).click();
    await room.page.getByText('This channel is archived.').waitFor();
    await channelLink(room.page, 'dev').waitFor({ state: 'detached' });
    await ada.http.call('channel.update', { channelId: dev, archived: false });
    await channelLink(room.page, 'dev').waitFor();
  });

  it('an address that is banned is told so at the door, and comes in again when it may', async () => {
    const elsewhere = await LineClient.connect({ ...nester.tcp, localAddress: '127.0.0.2' });
    await elsewhere.ask('session.logIn', { user: 'Ada', password });
    await elsewhere.ask('address.ban', { address: '127.0.0.1', minutes: 5, reason: 'a drill' });
    await room.page.getByRole('heading', { name: 'Your access is closed' }).waitFor();
    await room.page.goto(nester.httpUrl);
    await room.page.getByText('Access from this network is closed until').waitFor();
    await room.page.getByText('Reason: a drill').waitFor();
    await isOpenToAll(room.page, 'the door of a banned address');
    await elsewhere.ask('address.unban', { address: '127.0.0.1' });
    await room.page.getByRole('button', { name: 'Try again' }).click();
    await room.page.getByLabel(/^Messages in/).waitFor();
    await elsewhere.close();
  });

  it('no page complained', () => {
    // A log-in that is refused is told by the browser, too.
    const ofPages = [...desk.complaints, ...room.complaints].filter(text => !/status of 403/.test(text));
    expect(ofPages).toEqual([]);
  });
});
