import { expect, it } from 'vitest';
import { centreSearch, incidentsSearch, placeIdOf } from './addresses.ts';

it('finds whose incidents a code asks for: a site that has it goes before Nester itself', () => {
  const sites = [{ siteId: 's1', code: 'NE' }];
  expect(placeIdOf(sites, undefined)).toBeUndefined();
  expect(placeIdOf(sites, 'NE')).toBe('s1');
  expect(placeIdOf(sites, 'XX')).toBeUndefined();
  expect(placeIdOf(sites, centreSearch)).toBe('nester');
  expect(placeIdOf([{ siteId: 's2', code: 'NESTER' }], centreSearch)).toBe('s2');
});

it('reads the rule about Nester itself from an address', () => {
  expect(incidentsSearch({ site: 'nester', rule: 'backup.late', state: 'open' })).toEqual({
    site: 'NESTER',
    rule: 'backup.late',
    state: 'open',
  });
});
