import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { words as administrationWords } from '../features/administration/words.ts';
import { words as incidentWords } from '../features/incidents/words.ts';
import { words as siteWords } from '../features/sites/words.ts';
import { en as everywhereEn } from './en.ts';
import { enAdministration } from './en-administration.ts';
import { enMaintenance } from './en-maintenance.ts';
import { enTelling } from './en-telling.ts';
import { fr as everywhereFr } from './fr.ts';
import { timesIn } from './times.ts';
import { browserLanguage, type Entry, learn, translator } from './translate.ts';

const en = { ...everywhereEn, ...administrationWords.en, ...siteWords.en, ...incidentWords.en };
const fr = { ...everywhereFr, ...administrationWords.fr, ...siteWords.fr, ...incidentWords.fr };

learn(administrationWords);
learn(siteWords);
learn(incidentWords);

const placeholders = (entry: Entry) => {
  const texts = typeof entry === 'string' ? [entry] : Object.values(entry);
  return texts.map(text => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort());
};

test('both languages have the same keys, in the same order', () => {
  expect(Object.keys(fr)).toEqual(Object.keys(en));
});

test('both languages fill the same gaps, and every text says something', () => {
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(placeholders(fr[key]), key).toEqual(placeholders(en[key]));
    for (const entry of [en[key], fr[key]] as Entry[]) {
      for (const text of typeof entry === 'string' ? [entry] : Object.values(entry)) expect(text.trim(), key).not.toBe('');
    }
  }
});

test('French never says tu', () => {
  for (const [key, entry] of Object.entries(fr))
    expect(JSON.stringify(entry), key).not.toMatch(/(?<![\p{L}{])(?:tu|ton|ta|tes|toi)(?!\p{L})/iu);
});

const root = new URL('..', import.meta.url).pathname;
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  name => /\.tsx?$/.test(name) && !/\.test\.|i18n\/(?:en|fr)(?:-[\w-]+)?\.ts$/.test(name),
);

const withoutMaintenance = Object.fromEntries(Object.entries(siteWords.en).filter(([key]) => !Object.hasOwn(enMaintenance, key)));

/** Words that come with their pages, and where these stand. What a probe shows has its own copy. */
const later: [string, object, string[]][] = [
  ['administration', { ...enAdministration, ...enTelling }, ['features/administration/']],
  ['maintenance', enMaintenance, ['features/administration/', 'features/sites/']],
  ['timelines', incidentWords.en, ['features/incidents/']],
  ['the sites', withoutMaintenance, ['features/sites/', 'features/devices/', 'features/wall/', 'probe/']],
];

test.each(later)('the words of %s are used nowhere else: elsewhere they are not loaded', (_, words, places) => {
  const elsewhere = sources.filter(name => !places.some(place => name.startsWith(place))).map(name => readFileSync(root + name, 'utf8'));
  const all = elsewhere.join('\n');
  const computed = [...all.matchAll(/\bt\(`([\w.]+)\$\{/g)].map(match => match[1]!);
  for (const key of Object.keys(words)) {
    expect(all.includes(`t('${key}'`) || computed.some(start => key.startsWith(start)), key).toBe(false);
  }
});

test('every key is used, and no text for people stands outside these files', () => {
  const all = sources.map(name => readFileSync(root + name, 'utf8')).join('\n');
  const computed = [...all.matchAll(/t\(`([\w.]+)\$\{/g)].map(match => match[1]!);
  for (const key of Object.keys(en)) {
    expect(all.includes(`'${key}'`) || computed.some(start => key.startsWith(start)), `${key} is used`).toBe(true);
  }
  // Words between tags, other than the names that every language writes alike.
  const known = new Set(['Français', 'English', 'Aerie', 'Harvester']);
  for (const name of sources.filter(each => each.endsWith('.tsx'))) {
    const text = readFileSync(root + name, 'utf8');
    for (const [, words] of text.matchAll(/<\w[^<>]*(?<!=)>\s*([A-ZÀ-Ý][a-zà-ÿ]+[^<>{}=;]*)\s*[<{]/g)) {
      expect(known.has(words!.trim()), `${name}: ${words}`).toBe(true);
    }
  }
});

test('a number chooses the form, each language by its own rule', () => {
  expect(translator('en')('channels.unread', { count: 1 })).toBe('1 unread message');
  expect(translator('en')('channels.unread', { count: 0 })).toBe('0 unread messages');
  expect(translator('fr')('channels.unread', { count: 0 })).toBe('0 message non lu');
  expect(translator('fr')('channels.unread', { count: 1200 })).toMatch(/^1\s200 messages non lus$/);
});

test('French punctuation never begins a line', () => {
  const t = translator('fr');
  expect(t('message.deleteTitle')).toMatch(/\u00a0\?$/);
  expect(t('import.refusedLine', { line: 3, name: 'x', reason: 'y' })).toContain('«\u00a0x\u00a0»\u00a0: y');
});

test('the browser’s first known language is spoken', () => {
  expect(browserLanguage(['de-DE', 'fr-CA', 'en'])).toBe('fr');
  expect(browserLanguage(['de'])).toBe('en');
  expect(browserLanguage([])).toBe('en');
});

test('times are relative while they are near, then exact', () => {
  const now = new Date(2026, 10, 21, 14, 5).getTime();
  const french = timesIn('fr');
  expect(french.message(now - 30_000, now)).toBe('maintenant');
  expect(french.message(now - 5 * 60_000, now)).toMatch(/5\smin/);
  expect(french.message(now - 3 * 3_600_000, now)).toBe('11:05');
  expect(french.message(now + 4_000, now)).toBe('maintenant');
  expect(french.day(now, now)).toBe('Aujourd’hui');
  expect(french.day(now - 86_400_000, now)).toBe('Hier');
  expect(french.day(new Date(2026, 10, 12, 9).getTime(), now)).toBe('Jeudi 12 novembre');
  expect(french.day(new Date(2025, 10, 12, 9).getTime(), now)).toContain('2025');
  expect(french.near(new Date(2026, 5, 12, 9).getTime(), now)).not.toContain('2026');
  expect(french.near(new Date(2025, 10, 21, 14, 5).getTime(), now)).toContain('2025');
  expect(timesIn('en').until(now + 3 * 86_400_000, now)).toBe('in 3 days');
  expect(timesIn('en').until(now + 3 * 86_400_000 - 20_000, now)).toBe('in 3 days');
  expect(timesIn('en').until(now + 3_600_000 - 5_000, now)).toBe('in 1 hr');
  expect(timesIn('en').ago(now - 3 * 86_400_000 + 20_000, now)).toBe('2 days ago');
});
