import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { learn, translator } from '../../i18n/translate.ts';
import { knownHeads, knownReasons, missingReason } from './missing-reason.ts';
import { words } from './words.ts';

learn(words);

test('the reasons that are translated are those that the Harvester and the reading of files write', () => {
  const roots = ['harvester/src/', 'nester/src/intake/'].map(path => new URL(`../../../../${path}`, import.meta.url).pathname);
  const sources = roots.flatMap(root =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(name => /(?<!\.test)\.ts$/.test(name))
      .map(name => readFileSync(root + name, 'utf8')),
  );
  const all = sources.join('\n');
  for (const reason of Object.keys(knownReasons)) expect(all.includes(`'${reason}'`), reason).toBe(true);
  for (const head of Object.keys(knownHeads)) expect(all.includes(`\`${head}: ${'${'}`), head).toBe(true);
});

test('a reason that nobody knows is shown as it came', () => {
  const fr = translator('fr');
  expect(missingReason('no address is authorised', fr)).toBe('aucune adresse n’est autorisée');
  expect(missingReason('constructor', fr)).toBe('constructor');
  expect(missingReason('constructor: 3', fr)).toBe('constructor: 3');
});

test('what stands after a reason that is known is kept as it came', () => {
  const fr = translator('fr');
  expect(missingReason('hosts without an address: 3', fr)).toBe('machines sans adresse\u00a0: 3');
  expect(missingReason('the file says: injoignable: 3', fr)).toBe('le fichier dit\u00a0: injoignable: 3');
});
