import { expect, it } from 'vitest';
import { deedSentence, duration } from './sentences.ts';

it.each([
  [1, '1 minute', '1 minute'],
  [10, '10 minutes', '10 minutes'],
  [60, '1 hour', '1 heure'],
  [90, '1 hour and 30 minutes', '1 heure et 30 minutes'],
  [1_441, '1 day and 1 minute', '1 jour et 1 minute'],
  [7 * 1_440, '7 days', '7 jours'],
  [30 * 1_440 + 61, '30 days', '30 jours'],
  [5_256_000, '3,650 days', '3\u202f650 jours'],
])('says %d minutes as people do', (minutes, en, fr) => {
  expect([duration(minutes, 'en'), duration(minutes, 'fr').replaceAll('\u00a0', ' ')]).toEqual([en, fr]);
});

it('says who did what to whom, for how long and why', () => {
  expect(deedSentence({ do: 'kick', name: 'Zoé', reason: '' }, 'Ada', 'fr')).toBe('Ada a exclu Zoé.');
  expect(deedSentence({ do: 'mute', name: 'Bob', minutes: 10, reason: 'du calme' }, 'Ada', 'fr')).toBe(
    'Ada a privé Bob de parole pour 10 minutes (du calme).',
  );
  expect(deedSentence({ do: 'ban', name: 'Bob', minutes: 60, reason: 'spam' }, undefined, 'en')).toBe(
    'An administrator banned Bob for 1 hour (spam).',
  );
  expect(deedSentence({ do: 'unban address' }, undefined, 'fr')).toBe("Un administrateur a levé le bannissement d'une adresse réseau.");
});
