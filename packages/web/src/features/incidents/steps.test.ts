import type { IncidentStep } from '@aerie/contract';
import { expect, test } from 'vitest';
import { timesIn } from '../../i18n/times.ts';
import { learn, translator } from '../../i18n/translate.ts';
import { stepNote, stepSentence, tomorrowMorning } from './steps.ts';
import { words } from './words.ts';

learn(words);
const english = { t: translator('en'), times: timesIn('en') };
const now = new Date(2026, 10, 22, 14, 5).getTime();
const step = (fields: Partial<IncidentStep>): IncidentStep => ({ stepId: 's', at: now, kind: 'opened', by: null, text: null, ...fields });
const said = (fields: Partial<IncidentStep>) => stepSentence(step(fields), now, english);

test('each step is said in words, with who did it and to whom', () => {
  expect(said({ kind: 'opened' })).toBe('It began');
  expect(said({ kind: 'acknowledged', by: 'Tess', text: 'on my way' })).toBe('Tess looks after it');
  expect(said({ kind: 'assigned', by: 'Tess', text: 'Ada' })).toBe('Tess gave it to Ada');
  expect(said({ kind: 'assigned', by: 'Tess', text: 'Tess' })).toBe('Tess took it');
  expect(said({ kind: 'assigned', by: 'Tess', text: null })).toBe('Tess gave it to nobody in particular');
  expect(said({ kind: 'snoozed', by: 'Tess', text: String(now + 3_600_000) })).toBe('Tess snoozed it until 15:05');
  expect(said({ kind: 'woken' })).toBe('The snooze is over');
  expect(said({ kind: 'woken', by: 'Tess' })).toBe('Tess woke it');
  expect(said({ kind: 'folded', text: 'probe-1' })).toBe('Folded under: probe-1');
  expect(said({ kind: 'not_told', text: 'maintenance' })).toBe('Nobody was told: maintenance');
  expect(said({ kind: 'not_told', text: 'newer than this page' })).toBe('Nobody was told');
  expect(said({ kind: 'resolved' })).toBe('It was over by itself');
  expect(said({ kind: 'resolved', by: 'Tess' })).toBe('Tess resolved it');
});

test('only what somebody wrote is a note', () => {
  expect(stepNote(step({ kind: 'noted', by: 'Tess', text: '<b>bold</b>' }))).toBe('<b>bold</b>');
  expect(stepNote(step({ kind: 'acknowledged', by: 'Tess', text: null }))).toBeUndefined();
  expect(stepNote(step({ kind: 'assigned', by: 'Tess', text: 'Ada' }))).toBeUndefined();
});

test('tomorrow morning is eight o’clock, whatever the clocks do in the night', () => {
  expect(new Date(tomorrowMorning(now)).toString()).toContain('Nov 23 2026 08:00:00');
  const beforeChange = new Date(2026, 9, 24, 23, 30).getTime();
  expect(new Date(tomorrowMorning(beforeChange)).getHours()).toBe(8);
});
