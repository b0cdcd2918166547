import { expect, test } from 'vitest';
import { figuresOf } from '../../i18n/figures.ts';
import { timesIn } from '../../i18n/times.ts';
import { learn, translator } from '../../i18n/translate.ts';
import { actorWords, actWords, detailWords, subjectWords } from './audit-words.ts';
import { words } from './words.ts';

learn(words);
const french = { t: translator('fr'), times: timesIn('fr'), figures: figuresOf('fr') };
const plainly = (detail: unknown) => detailWords(JSON.stringify(detail), french).replace(/[\u00a0\u202f]/g, ' ');

test('an act has words; one that is newer than this page stands as its name', () => {
  expect(actWords('user.mute', french.t)).toBe('Parole retirée');
  expect(actWords('something.new', french.t)).toBe('something.new');
  expect(actWords('constructor', french.t)).toBe('constructor');
});

test('a restore says which moment came back', () => {
  expect(actWords('backup.restore', french.t)).toBe('Sauvegarde restaurée');
  expect(plainly({ from: new Date(2026, 10, 22, 14, 5).getTime() })).toMatch(/22 nov\. 2026/);
});

test('details are read in words, without ids', () => {
  expect(plainly({ userId: 'u1', from: 'member', to: 'admin' })).toBe('de : Membre, à : Administrateur');
  expect(plainly({ kind: 'private', archived: true })).toBe('accès : Les personnes ajoutées, archivé : oui');
});

test('the end of a mute stands in place of its minutes, and an empty reason is left out', () => {
  const until = new Date(2026, 10, 22, 14, 5).getTime();
  expect(plainly({ userId: 'u1', minutes: 60, until, reason: '' })).toMatch(/^fin : 22 nov\. 2026/);
  expect(plainly({ minutes: 60, reason: 'bruit' })).toBe('durée : 1 h, motif : bruit');
});

test('what nobody expected is shown as it is', () => {
  expect(detailWords('not JSON', french)).toBe('not JSON');
  expect(detailWords('null', french)).toBe('');
  expect(plainly({ odd: ['x'] })).toBe('odd : ["x"]');
});

test('acts on incidents, routes, files and maintenance are said without the names that programs use', () => {
  expect(subjectWords({ action: 'incident.snooze', subject: 'NE wan.loss <b>hv 1</b>' }, french.t)).toBe(
    'NE · Perte de paquets sur le WAN · <b>hv 1</b>',
  );
  expect(subjectWords({ action: 'incident.test', subject: 'NE' }, french.t)).toBe('NE');
  expect(plainly({ routeId: 'r1', kind: 'mail', where: 'a@b.example', on: true })).toBe('par : Courriel, vers : a@b.example, active : oui');
  expect(plainly({ intakeId: 'i', site: 'NE', becomes: 'taken' })).toBe('site : NE, devient : Pris');
  const times = JSON.stringify({ once: { from: '2026-11-29T02:30', to: '2026-11-29T04:00' } });
  expect(plainly({ times, sites: 'all' })).toBe('quand : 2026-11-29 02:30 – 2026-11-29 04:00, sites : tous les sites');
  expect(plainly({ times: 'not JSON' })).toBe('quand : not JSON');
});

test('what has no name is said in words; somebody who is called so keeps their name', () => {
  expect(subjectWords({ action: 'export.messages', subject: 'all' }, french.t)).toBe('tout');
  expect(subjectWords({ action: 'user.mute', subject: 'all' }, french.t)).toBe('all');
  expect(subjectWords({ action: 'export.messages', subject: 'constructor' }, french.t)).toBe('constructor');
  expect(actorWords('(local)', french.t)).toBe('(cette machine)');
  expect(actorWords('local', french.t)).toBe('local');
});
