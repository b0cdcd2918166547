import type { Site } from '@aerie/contract';
import { expect, test } from 'vitest';
import { suggestedSite } from './suggested-site.ts';

const site = (code: string, name: string) => ({ siteId: code, code, name }) as Site;
const sites = [
  site('NE', 'New England Patriots'),
  site('NYG', 'New York Giants'),
  site('NYJ', 'New York Jets'),
  site('SEA', 'Seattle Seahawks'),
];
const suggested = (hint: string | null, siteCode: string | null = null) => suggestedSite({ hint, siteCode, shape: 'C' }, sites)?.code;

test('a file’s franchise leads to the site that bears its name', () => {
  expect(suggested('Seahawks')).toBe('SEA');
  expect(suggested('patriots (Foxborough)')).toBe('NE');
  expect(suggested('nyj')).toBe('NYJ');
});

test('the folder says more than the file', () => {
  expect(suggested('Patriots', 'sea')).toBe('SEA');
  expect(suggested('Patriots', 'unknown-folder')).toBe('NE');
});

test('nothing is suggested of a file that was not understood', () => {
  expect(suggestedSite({ hint: null, siteCode: 'SEA', shape: null }, sites)).toBeUndefined();
});

test('where several fit as well, or none, nothing is suggested', () => {
  expect(suggested('New York')).toBeUndefined();
  expect(suggested('Dolphins')).toBeUndefined();
  expect(suggested(null)).toBeUndefined();
  expect(suggested(' ')).toBeUndefined();
});
