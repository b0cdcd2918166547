import type { Incident } from '@aerie/contract';
import { expect, test } from 'vitest';
import { figuresOf } from '../../i18n/figures.ts';
import { translator } from '../../i18n/translate.ts';
import { incidentsAfter, laterOf, openFirst } from './incident-list.ts';
import { incidentKeeper, incidentSentence, incidentSpan } from './sentences.ts';

const open: Incident = {
  incidentId: 'i',
  siteId: 's',
  siteCode: 'NE',
  siteName: 'Roubaix',
  rule: 'probe.silent',
  severity: 'critical',
  subject: 'hv-1',
  subjectId: null,
  state: 'open',
  openedAt: 60_000,
  acknowledgedAt: null,
  acknowledgedBy: null,
  assigneeId: null,
  assignee: null,
  snoozedUntil: null,
  resolvedAt: null,
  resolvedBy: null,
  parentId: null,
  folded: 0,
  firings: 1,
  pausedUntil: null,
  quiet: null,
  detail: {},
};
const taken: Incident = { ...open, state: 'acknowledged', acknowledgedAt: 90_000, acknowledgedBy: 'Ada' };
const over: Incident = { ...taken, state: 'resolved', resolvedAt: 300_000 };
const fr = translator('fr');

test('those that nobody has come first, then those that go on, then the newest', () => {
  const newer = { ...over, incidentId: 'newer', openedAt: 70_000 };
  const ids = openFirst([over, newer, { ...taken, incidentId: 't' }, { ...open, incidentId: 'o' }]).map(each => each.incidentId);
  expect(ids).toEqual(['o', 't', 'newer', 'i']);
});

test('an incident goes on and never back, whichever of answer and event comes first', () => {
  const held = incidentsAfter([], { event: 'incident.opened', seq: 1, incident: open });
  expect(held).toEqual([open]);
  const later = incidentsAfter(held, { event: 'incident.updated', incident: taken });
  expect(later).toEqual([taken]);
  expect(incidentsAfter(later, { event: 'incident.opened', seq: 1, incident: open })).toBe(later);
  expect(incidentsAfter(later, { event: 'incident.updated', seq: 3, incident: over })).toEqual([over]);
  expect(laterOf(open, taken)).toBe(taken);
  expect(laterOf(over, taken)).toBe(over);
  expect(laterOf(open, undefined)).toBe(open);
});

test('the sentences say what is, and of what is over what was', () => {
  expect(incidentSentence(open, fr)).toBe('La sonde hv-1 est muette');
  expect(incidentSentence(over, fr)).toBe('La sonde hv-1 a été muette');
  expect(incidentKeeper(open, fr)).toBe('personne pour l’instant');
  expect(incidentKeeper(taken, fr)).toBe('Ada s’en occupe');
  expect(incidentKeeper(over, fr)).toBe('Ada s’en est occupé');
  expect(incidentKeeper({ ...open, state: 'resolved', resolvedAt: 1 }, fr)).toBeUndefined();
  expect(incidentSpan(open, 180_000, fr, figuresOf('fr'))).toMatch(/^depuis 2\smin$/);
  expect(incidentSpan(over, 900_000, fr, figuresOf('fr'))).toMatch(/^a duré 4\smin$/);
});
