import type { Incident } from '@aerie/contract';
import { expect, it } from 'vitest';
import { incidentSentence } from './sentences.ts';

const at = Date.UTC(2026, 10, 21, 22, 18, 5);
const incident: Incident = {
  incidentId: 'i',
  siteId: 's',
  siteCode: 'NE',
  siteName: 'Patriots',
  rule: 'probe.silent',
  subject: 'vm-3',
  state: 'open',
  openedAt: at + 40_000,
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  severity: 'critical',
  subjectId: 'p',
  assigneeId: null,
  assignee: null,
  snoozedUntil: null,
  resolvedBy: null,
  parentId: null,
  folded: 0,
  firings: 1,
  pausedUntil: null,
  quiet: null,
  detail: { lastContactAt: at },
};
const acknowledged: Incident = { ...incident, state: 'acknowledged', acknowledgedAt: at + 60_000, acknowledgedBy: 'Ada' };
const resolved: Incident = { ...acknowledged, state: 'resolved', resolvedAt: at + 725_000 };

it('says in French what stands, who looks after it, and how long it lasted', () => {
  const say = (one: Incident) => incidentSentence(one, 'fr', 'Europe/Paris');
  expect(say(incident)).toBe('Incident : la sonde vm-3 du site Patriots (NE) ne répond plus. Dernier contact : 21/11/2026 23:18:05 UTC+1.');
  expect(say(acknowledged)).toBe(
    'Incident : la sonde vm-3 du site Patriots (NE) ne répond plus. Dernier contact : 21/11/2026 23:18:05 UTC+1. Pris en charge par Ada.',
  );
  expect(say(resolved)).toBe('Résolu : la sonde vm-3 du site Patriots (NE) répond de nouveau, après 12 min 05 s.');
});

it('says the same in English', () => {
  const say = (one: Incident) => incidentSentence(one, 'en', 'Europe/Paris');
  expect(say(acknowledged)).toBe(
    'Incident: probe vm-3 of site Patriots (NE) no longer answers. Last contact: 21/11/2026, 23:18:05 CET. Ada looks after it.',
  );
  expect(say({ ...incident, detail: { lastContactAt: null } })).toBe(
    'Incident: probe vm-3 of site Patriots (NE) no longer answers. It never connected.',
  );
  expect(say({ ...resolved, resolvedAt: at + 3_900_000 })).toBe(
    'Resolved: probe vm-3 of site Patriots (NE) answers again, after 1 h 05 min.',
  );
});

it('keeps what a machine calls itself on one line, in one direction', () => {
  const text = incidentSentence({ ...incident, subject: 'a\r\n2026 ERROR [LOGIN] \u202ebad\u2028x' }, 'en', 'UTC');
  expect(text).toMatch(/^Incident: probe a 2026 ERROR \[LOGIN\] {2}bad x of site/);
  expect(text).not.toMatch(/[\r\n\u202e\u2028]/);
});
