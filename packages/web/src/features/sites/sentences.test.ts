import { type Device, firstPolicy, policy, type Site } from '@aerie/contract';
import { expect, test } from 'vitest';
import { figuresOf } from '../../i18n/figures.ts';
import { timesIn } from '../../i18n/times.ts';
import { learn, translator } from '../../i18n/translate.ts';
import { intervals, offeredRanges, policyBounds, typedFigure } from './policy-offers.ts';
import { deviceName, deviceState, storyOf, whySentence } from './sentences.ts';
import { words } from './words.ts';

learn(words);

const minute = 60_000;
const now = 1_000 * minute;
const site = (fields: Partial<Site>) =>
  ({ state: 'up', why: 'reporting', since: now - 180 * minute, lastContactAt: now, lastReportAt: now, wanLoss: null, ...fields }) as Site;

test('why a site is as it is, with the age of what matters', () => {
  const say = (fields: Partial<Site>) => whySentence(site(fields), now, translator('fr'), figuresOf('fr')).replace(/\s/g, ' ');
  expect(say({})).toBe('rapports reçus depuis 3 h');
  expect(say({ lastReportAt: null })).toBe('sonde connectée, pas encore de rapport');
  expect(say({ why: 'probe_silent', since: now - minute, lastContactAt: now - 4 * minute })).toBe('sonde muette depuis 4 min');
  expect(say({ why: 'report_late', lastReportAt: now - 16 * minute })).toBe('dernier rapport vieux de 16 min');
  expect(say({ why: 'wan_loss', wanLoss: 0.12, since: now - 8 * minute })).toBe('perte WAN de 12 % depuis 8 min');
  expect(say({ why: 'no_probe' })).toBe('pas encore de sonde');
  expect(say({ why: 'wan_latency', wanMedianMs: 312.4, since: now - 8 * minute })).toBe('latence WAN de 312 ms depuis 8 min');
  expect(say({ why: 'wan_latency', wanMedianMs: null, since: now - 8 * minute })).toBe('latence WAN trop haute depuis 8 min');
  expect(say({ why: 'files_only', lastReportAt: now - 49 * 60 * minute })).toBe('alimenté par fichiers, le dernier vieux de 2 jours');
});

test('a site’s story: what is worst once, how much else is open, until when it is worked on', () => {
  const none = { openIncidents: 0, worst: null, maintenanceUntil: null };
  const say = (fields: Partial<Site>) =>
    storyOf(site({ ...none, ...fields }), now, translator('fr'), timesIn('fr'), figuresOf('fr')).replace(/\s/g, ' ');
  const worst = (rule: 'wan.loss' | 'port.opened') =>
    ({ incidentId: 'i', rule, severity: 'warning', subject: 'imprimante-2', openedAt: now - 20 * minute }) as const;
  const lossy = { state: 'degraded', why: 'wan_loss', wanLoss: 0.12, since: now - 8 * minute } as const;
  expect(say({})).toBe('rapports reçus depuis 3 h');
  expect(say({ ...lossy, openIncidents: 1, worst: worst('wan.loss') })).toBe('perte WAN de 12 % depuis 8 min');
  expect(say({ ...lossy, openIncidents: 3, worst: worst('wan.loss') })).toBe('3 incidents : perte WAN de 12 % depuis 8 min');
  expect(say({ ...lossy, openIncidents: 1, worst: worst('port.opened') })).toBe('perte WAN de 12 % depuis 8 min · 1 incident');
  expect(say({ openIncidents: 1, worst: worst('port.opened') })).toMatch(/^imprimante-2 .* · depuis 20 min$/);
  expect(say({ maintenanceUntil: now + 5 * minute })).toMatch(/^jusqu’à \d\d:\d\d$/);
  expect(say({ ...lossy, maintenanceUntil: now + 5 * minute })).toMatch(/^jusqu’à \d\d:\d\d · perte WAN/);
  expect(say({ maintenanceUntil: now - 1 })).toBe('rapports reçus depuis 3 h');
});

test('a device is called as people named it, else as it calls itself, else by its address', () => {
  const named = { label: 'Accueil', hostname: 'pc-1', address: '10.0.0.9' };
  expect([named, { ...named, label: null }, { ...named, label: null, hostname: null }].map(deviceName)).toEqual([
    'Accueil',
    'pc-1',
    '10.0.0.9',
  ]);
});

test('unknown is not down: devices of a site that is not heard are not known', () => {
  const device = { status: 'up' } as Device;
  expect(deviceState(device, site({ state: 'unknown' }))).toBe('unknown');
  expect(deviceState(device, site({ state: 'stale' }))).toBe('up');
});

test('figures have three digits that matter and a unit', () => {
  const { latency, span, percent } = figuresOf('en');
  expect([12.4321, 0.05, 224.247].map(latency)).toEqual(['12.4 ms', '0.05 ms', '224 ms']);
  expect([0, 59_999, 90_000, 47 * 3_600_000, 49 * 3_600_000].map(span)).toEqual(['1 sec', '59 sec', '1 min', '47 hr', '2 days']);
  expect(percent(0.125)).toBe('12.5%');
});

test('offered are the probe’s own networks that are not authorised yet, and the interval that holds', () => {
  expect(offeredRanges([['192.0.2.0/24', '127.0.0.1/32'], ['192.0.2.0/24']], ['127.0.0.1/32'])).toEqual(['192.0.2.0/24']);
  expect(intervals('scanEveryMs', 42_000)[0]).toBe(42_000);
  expect(intervals('scanEveryMs', 300_000).filter(ms => ms === 300_000)).toHaveLength(1);
});

test('the figures of a policy are whole numbers within what the contract allows', () => {
  const shape = policy.omit({ version: true }).partial();
  for (const [field, { min, max }] of Object.entries(policyBounds)) {
    for (const figure of [min, max]) expect(shape.safeParse({ [field]: figure }).success, field).toBe(true);
    for (const figure of [min - 1, max + 1]) expect(shape.safeParse({ [field]: figure }).success, field).toBe(false);
  }
  for (const field of ['scanEveryMs', 'sweepEveryMs', 'deepEveryMs', 'heartbeatMs'] as const)
    for (const ms of intervals(field, firstPolicy[field])) expect(shape.safeParse({ [field]: ms }).success, `${field} ${ms}`).toBe(true);
  expect(typedFigure(' 65 536 ', policyBounds.maxHosts)).toBe(65_536);
  for (const typed of ['', ' ', '0', '65537', '1.5', 'many']) expect(typedFigure(typed, policyBounds.maxHosts), typed).toBeUndefined();
});
