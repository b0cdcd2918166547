import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { enProbe } from './en-probe.ts';
import { enSites } from './en-sites.ts';
import { frProbe } from './fr-probe.ts';
import type { Entry } from './say.ts';

const texts = (entry: Entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));
const placeholders = (entry: Entry) => texts(entry).map(text => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort());
const keys = Object.keys(enProbe) as (keyof typeof enProbe)[];

test('the dashboard of a probe speaks both languages: the same keys, in the same order, with the same gaps', () => {
  expect(Object.keys(frProbe)).toEqual(keys);
  for (const key of keys) expect(placeholders(frProbe[key]), key).toEqual(placeholders(enProbe[key]));
});

test('its words stand beside those of the sites, and hide none of them', () => {
  expect(keys.filter(key => Object.hasOwn(enSites, key))).toEqual([]);
});

test('its French never says tu', () => {
  for (const key of keys) expect(texts(frProbe[key]).join(' '), key).not.toMatch(/(?<![\p{L}{])(?:tu|ton|ta|tes|toi)(?!\p{L})/iu);
});

test('every word of it is used', () => {
  const root = new URL('../probe/', import.meta.url).pathname;
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name));
  const all = sources.map(name => readFileSync(root + name, 'utf8')).join('\n');
  const computed = [...all.matchAll(/t\(`([\w.]+)\$\{[^}]+\}([\w.]*)`/g)].map(([, start, end]) => ({ start: start!, end: end! }));
  for (const key of keys) {
    const isUsed = all.includes(`'${key}'`) || computed.some(({ start, end }) => key.startsWith(start) && key.endsWith(end));
    expect(isUsed, `${key} is used`).toBe(true);
  }
});
