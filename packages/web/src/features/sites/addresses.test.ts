import { expect, test } from 'vitest';
import { siteSearch, sitesSearch, upFrom } from './addresses.ts';

test('an address says what is looked at; what makes no sense is left out', () => {
  expect(sitesSearch({ q: 12, state: 'down', by: 'colour', group: '' })).toEqual({ q: '12', state: 'down' });
  expect(siteSearch({ tab: 'wan', range: '7d', since: 2, until: 1 })).toEqual({ tab: 'wan', range: '7d' });
  expect(siteSearch({ since: 1, until: 2, report: 'r', from: 'q' })).toEqual({ since: 1, until: 2, report: 'r', from: 'q' });
  expect(siteSearch({ tab: 'policy' })).toEqual({ tab: 'settings' });
  expect(siteSearch({ tab: '__proto__', since: '1', until: 2 })).toEqual({});
});

test('Esc goes up one step', () => {
  expect(upFrom('/sites/NE/devices/d')).toEqual({ to: '/sites/$code', params: { code: 'NE' }, search: { tab: 'devices' } });
  expect(upFrom('/sites/NE')).toEqual({ to: '/sites' });
  expect(upFrom('/wall')).toEqual({ to: '/sites' });
  expect(upFrom('/sites')).toEqual({ to: '/' });
  expect(upFrom('/me')).toEqual({ to: '/' });
});
