import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { learn, translator } from '../../i18n/translate.ts';
import { knownReasons, missingReason } from './missing-reason.ts';
import { words } from './words.ts';

learn(words);

test('the reasons that are translated are those that the Harvester writes', () => {
  const root = new URL('../../../../harvester/src/', import.meta.url).pathname;
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => /(?<!\.test)\.ts$/.test(name));
  const all = sources.map(name => readFileSync(root + name, 'utf8')).join('\n');
  for (const reason of Object.keys(knownReasons)) expect(all.includes(`'${reason}'`), reason).toBe(true);
});

test('a reason that nobody knows is shown as it came', () => {
  const fr = translator('fr');
  expect(missingReason('no address is authorised', fr)).toBe('aucune adresse n’est autorisée');
  expect(missingReason('constructor', fr)).toBe('constructor');
});
