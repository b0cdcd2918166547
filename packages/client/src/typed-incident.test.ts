import { expect, test } from 'vitest';
import type { Connection } from './connection.ts';
import { actTyped, typedIncident } from './typed-incident.ts';

test('a site comes first, and which of its incidents when it has several', () => {
  expect(typedIncident('incident', '')).toEqual({ name: 'incident', siteCode: undefined });
  expect(typedIncident('incident', ' ne ')).toEqual({ name: 'incident', siteCode: 'NE' });
  expect(typedIncident('ack', 'ne')).toEqual({ name: 'ack', siteCode: 'NE', nth: 1, note: '' });
  expect(typedIncident('ack', 'NE/2  on my way ')).toEqual({ name: 'ack', siteCode: 'NE', nth: 2, note: 'on my way' });
  expect(typedIncident('note', 'NE power cut\nin the street')).toEqual({
    name: 'note',
    siteCode: 'NE',
    nth: 1,
    text: 'power cut\nin the street',
  });
  expect(typedIncident('snooze', 'NE 30m')).toMatchObject({ forMs: 1_800_000 });
  expect(typedIncident('snooze', 'NE/3 2 j')).toMatchObject({ nth: 3, forMs: 172_800_000 });
  expect(typedIncident('snooze', 'NE off')).toMatchObject({ forMs: null });
});

test.each([
  ['incident', 'NE everything'],
  ['incident', 'NE/2'],
  ['ack', ''],
  ['ack', 'NE/0'],
  ['note', 'NE'],
  ['snooze', 'NE'],
  ['snooze', 'NE soon'],
  ['snooze', 'NE 90d'],
] as const)('%s %s is not whole', (name, rest) => {
  expect(typedIncident(name, rest)).toBeUndefined();
});

test('the incident that was meant is the one that is counted there', async () => {
  const calls: [string, unknown][] = [];
  const connection = {
    async call(name: string, input: unknown) {
      calls.push([name, input]);
      if (name === 'site.list') return { sites: [{ siteId: 's1', code: 'NE' }] };
      return name === 'incident.list' ? { incidents: [{ incidentId: 'i1' }, { incidentId: 'i2' }] } : { incident: {} };
    },
  } as unknown as Connection;
  const type = (name: 'ack' | 'note' | 'snooze', rest: string) => actTyped(connection, typedIncident(name, rest) as never, 1_000);
  await type('ack', 'NE/2 mine');
  expect(calls.slice(1)).toEqual([
    ['incident.list', { state: 'unresolved', siteId: 's1' }],
    ['incident.acknowledge', { incidentId: 'i2', note: 'mine' }],
  ]);
  await type('snooze', 'NE 1h');
  expect(calls.at(-1)).toEqual(['incident.snooze', { incidentId: 'i1', until: 3_601_000 }]);
  await type('note', 'NE here');
  expect(calls.at(-1)).toEqual(['incident.note', { incidentId: 'i1', text: 'here' }]);
  await type('ack', 'nester');
  expect(calls.at(-2)).toEqual(['incident.list', { state: 'unresolved', siteId: 'nester' }]);
  await expect(type('ack', 'NE/3')).rejects.toMatchObject({ code: 'not_found' });
  await expect(type('ack', 'XX')).rejects.toMatchObject({ code: 'not_found' });
});
