import type { EventFrame, Site } from '@aerie/contract';
import { expect, test } from 'vitest';
import { grouped, inOrderOf, shapeOf, siteListAfter, sitesFor, troubled, worstFirst } from './site-list.ts';

const site = (name: string, fields: Partial<Site> = {}): Site => ({
  siteId: name,
  code: name.toUpperCase(),
  name,
  state: 'up',
  why: 'reporting',
  since: 0,
  devicesUp: 1,
  devicesKnown: 1,
  openIncidents: 0,
  wanMedianMs: null,
  wanLoss: null,
  lastContactAt: 100,
  lastReportAt: 100,
  probeVersion: '0.1.0',
  group: '',
  zone: 'UTC',
  latitude: null,
  longitude: null,
  channelId: null,
  maintenanceUntil: null,
  worst: null,
  ...fields,
});
const names = (sites: readonly Site[]) => sites.map(each => each.name);
const compare = (a: string, b: string) => a.localeCompare(b);

test('what needs somebody stands first; a site without a probe is no trouble', () => {
  const sites = [
    site('well'),
    site('alike'),
    site('new', { state: 'unknown', why: 'no_probe' }),
    site('late', { state: 'stale', why: 'report_late' }),
    site('lossy', { state: 'degraded', why: 'wan_loss' }),
    site('silent', { state: 'unknown', why: 'probe_silent', openIncidents: 1 }),
    site('down', { state: 'down', why: 'wan_loss' }),
  ];
  expect(names(worstFirst(sites, compare))).toEqual(['silent', 'down', 'lossy', 'late', 'new', 'alike', 'well']);
  expect(troubled(sites)).toEqual({ count: 4, worst: 'down' });
  expect(troubled([site('well'), site('new', { state: 'unknown', why: 'probe_never' })])).toBeUndefined();
});

test('the severity of the worst incident counts; what is worked on needs nobody', () => {
  const open = (severity: 'critical' | 'warning' | 'info') => ({
    openIncidents: 1,
    worst: { incidentId: 'i', rule: 'port.opened', severity, subject: 'x', openedAt: 0 } as const,
  });
  const sites = [
    site('well'),
    site('worked on', { state: 'down', why: 'wan_loss', maintenanceUntil: 10, ...open('critical') }),
    site('informed', open('info')),
    site('lossy', { state: 'degraded', why: 'wan_loss' }),
    site('warned', open('warning')),
    site('critical', open('critical')),
  ];
  expect(names(worstFirst(sites, compare, 5))).toEqual(['critical', 'warned', 'lossy', 'worked on', 'informed', 'well']);
  expect(shapeOf(sites[1]!, 5)).toBe('maintenance');
  expect(shapeOf(sites[1]!, 10)).toBe('down');
  expect(troubled(sites, 5)).toEqual({ count: 1, worst: 'degraded' });
});

test('a list is asked by words, state and group', () => {
  const sites = [site('Étoile', { group: 'Nord', state: 'down' }), site('Est', { group: 'Sud' }), site('Ouest', { group: 'Nord' })];
  const ask = (question: Parameters<typeof sitesFor>[1]) =>
    names(sitesFor(sites, question, shape => (shape === 'down' ? 'En panne' : 'En service')));
  expect(ask({})).toEqual(['Étoile', 'Est', 'Ouest']);
  expect(ask({ q: 'etoile' })).toEqual(['Étoile']);
  expect(ask({ q: 'nord service' })).toEqual(['Ouest']);
  expect(ask({ state: 'down' })).toEqual(['Étoile']);
  expect(ask({ group: 'Nord', state: 'up' })).toEqual(['Ouest']);
});

test('groups stand where their worst site stands, those without one last', () => {
  const sites = [site('a', { group: '' }), site('b', { group: 'Sud' }), site('c', { group: 'Nord' }), site('d', { group: 'Sud' })];
  expect(grouped(sites, 'group').map(({ key, sites: of }) => [key, names(of)])).toEqual([
    ['Sud', ['b', 'd']],
    ['Nord', ['c']],
    ['', ['a']],
  ]);
});

test('an event changes its site, once, and only when it is newer than the list', () => {
  const list = { seq: 10, sites: [site('a'), site('b')] };
  const silent = site('a', { state: 'unknown', why: 'probe_silent' });
  const updated = (seq: number): EventFrame => ({ event: 'site.updated', seq, site: silent });
  expect(siteListAfter(list, updated(10))).toBe(list);
  const after = siteListAfter(list, updated(11));
  expect(after).toEqual({ seq: 11, sites: [silent, site('b')] });
  expect(siteListAfter(after, updated(11))).toBe(after);
  const more = siteListAfter(after, { event: 'site.created', seq: 12, site: site('c') });
  expect(names(more.sites)).toEqual(['a', 'b', 'c']);
});

test('a contact moves forward only, and touches nothing else', () => {
  const list = { seq: 10, sites: [site('a')] };
  const contact = (lastContactAt: number): EventFrame => ({
    event: 'site.contacted',
    siteId: 'a',
    lastContactAt,
    connected: true,
    spoolDepth: 0,
  });
  expect(siteListAfter(list, contact(100))).toBe(list);
  expect(siteListAfter(list, contact(101))).toEqual({ seq: 10, sites: [site('a', { lastContactAt: 101 })] });
});

test('rows that somebody points at stay where they are; new ones come last', () => {
  expect(inOrderOf(['c', 'new', 'a', 'b'], ['a', 'b', 'c'], row => row)).toEqual(['a', 'b', 'c', 'new']);
});
