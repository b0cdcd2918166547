import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Screen, seriousBarriers } from './browser.ts';
import { needs } from './needs.ts';

needs('chromium')('barriers', () => {
  let browser: Browser;
  let screen: Screen;
  beforeAll(async () => {
    browser = await launchBrowser();
    screen = await Screen.open(browser);
  });
  afterAll(() => browser?.close());

  it.each([
    ['an image that says nothing', '<img src="data:,">', 'image-alt: img: '],
    ['a field without a name', '<input>', 'label: input: '],
    ['pale words', '<p style="color: #ccc; background: #fff">pale</p>', 'color-contrast: p: '],
  ])('are found: %s', async (_, body, barrier) => {
    await screen.page.setContent(`<html lang="en"><title>t</title><main>${body}</main>`);
    expect(await seriousBarriers(screen.page)).toEqual([expect.stringContaining(barrier)]);
  });

  it('are none on a page without', async () => {
    await screen.page.setContent('<html lang="en"><title>t</title><main><h1>Words</h1></main>');
    expect(await seriousBarriers(screen.page)).toEqual([]);
  });
});
