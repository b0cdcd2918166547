import type { Incident } from '@aerie/contract';
import { expect, test } from 'vitest';
import { figuresOf } from '../../i18n/figures.ts';
import { timesIn } from '../../i18n/times.ts';
import { translator } from '../../i18n/translate.ts';
import { incidentsSearch } from './addresses.ts';
import { incidentsAfter, isWanted, laterOf, worstFirst } from './incident-list.ts';
import { incidentFigures, incidentKeeper, incidentQuiet, incidentSentence, incidentSpan } from './sentences.ts';

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

test('the worst that go on come first, those that nobody has before the others; then the newest', () => {
  const each = (incidentId: string, fields: Partial<Incident>): Incident => ({ ...open, incidentId, ...fields });
  const list = [
    each('over', { ...over, incidentId: 'over', openedAt: 80_000 }),
    each('older', { ...over, incidentId: 'older' }),
    each('info', { severity: 'info' }),
    each('warning', { severity: 'warning' }),
    each('taken', { ...taken, incidentId: 'taken' }),
    each('critical', {}),
    each('newer', { openedAt: 61_000 }),
  ];
  expect(worstFirst(list).map(({ incidentId }) => incidentId)).toEqual(['newer', 'critical', 'taken', 'warning', 'info', 'over', 'older']);
});

test('a list takes what is asked for, and nothing that is folded under another', () => {
  const me = { userId: 'ada', name: 'Ada' };
  expect(isWanted(open, {}, me)).toBe(true);
  expect(isWanted({ ...open, parentId: 'cause' }, {}, me)).toBe(false);
  expect(isWanted(open, { state: 'acknowledged' }, me)).toBe(false);
  expect(isWanted(open, { siteId: 'other' }, me)).toBe(false);
  expect(isWanted(open, { rule: 'test' }, me)).toBe(false);
  expect(isWanted(open, { severity: 'info' }, me)).toBe(false);
  // Whoever acknowledged it has it, until it is given to somebody.
  expect(isWanted(open, { mine: true }, me)).toBe(false);
  expect(isWanted(taken, { mine: true }, me)).toBe(true);
  expect(isWanted({ ...taken, assigneeId: 'tess', assignee: 'Tess' }, { mine: true }, me)).toBe(false);
  expect(isWanted({ ...open, assigneeId: 'ada', assignee: 'Ada' }, { mine: true }, me)).toBe(true);
});

test('an address says which incidents are shown; what it does not know is left out', () => {
  expect(incidentsSearch({ state: 'open', site: 'ne', rule: 'wan.loss', severity: 'critical', mine: true })).toEqual({
    state: 'open',
    site: 'NE',
    rule: 'wan.loss',
    severity: 'critical',
    mine: true,
  });
  expect(incidentsSearch({ state: 'lost', site: 49, rule: ['wan.loss'], mine: 'yes', do: 'harm' })).toEqual({ site: '49' });
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

test('figures are said with their units, and why nobody was told', () => {
  const words = { t: fr, times: timesIn('fr'), figures: figuresOf('fr') };
  const said = (fields: Partial<Incident>) => incidentFigures({ ...open, ...fields }, 120_000, words).map(each => each.replace(/\s/g, ' '));
  expect(said({ rule: 'wan.latency', detail: { ms: 412.34, aboveMs: 250 } })).toEqual(['412 ms, au-delà de 250 ms']);
  expect(said({ rule: 'wan.loss', detail: { loss: 0.24, above: 0.2 } })).toEqual(['24 % de pertes, au-delà de 20 %']);
  expect(said({ rule: 'probe.silent', detail: { lastContactAt: null } })).toEqual(['jamais entendue jusqu’ici']);
  expect(
    said({ rule: 'port.opened', detail: { ports: '22/tcp', service: 'ssh', before: null, after: null, address: '10.0.0.9' } }),
  ).toEqual(['ports : 22/tcp', 'ssh', 'adresse 10.0.0.9']);
  expect(said({ rule: 'device.address', detail: { before: '10.0.0.4', after: '10.0.0.9' } })).toEqual(['10.0.0.4 → 10.0.0.9']);
  expect(incidentQuiet({ ...open, quiet: 'maintenance' }, 0, words)?.replace(/\s/g, ' ')).toBe('maintenance : personne n’a été prévenu');
  expect(incidentQuiet({ ...open, quiet: 'storm', snoozedUntil: 60_000 }, 30_000, words)).toMatch(/^mis en veille jusqu’à /);
  expect(incidentQuiet(open, 0, words)).toBeUndefined();
});
