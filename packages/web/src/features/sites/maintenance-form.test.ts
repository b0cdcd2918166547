import { expect, test } from 'vitest';
import { announcement, localMoment, type MaintenanceDraft } from './maintenance-form.ts';

const draft: MaintenanceDraft = {
  title: ' New router ',
  kind: 'once',
  from: '2026-11-29T22:00',
  to: '2026-11-30T02:00',
  days: [7, 3],
  clockFrom: '23:00',
  clockTo: '01:00',
  everywhere: false,
};

test('once, from one moment to a later one', () => {
  expect(announcement(draft, ['s'])).toEqual({
    title: 'New router',
    siteIds: ['s'],
    times: { once: { from: '2026-11-29T22:00', to: '2026-11-30T02:00' } },
  });
  expect(announcement({ ...draft, to: draft.from }, ['s'])).toBeUndefined();
  expect(announcement({ ...draft, from: '' }, ['s'])).toBeUndefined();
  expect(announcement({ ...draft, title: ' ' }, ['s'])).toBeUndefined();
});

test('every week, over midnight too, at all sites', () => {
  expect(announcement({ ...draft, kind: 'weekly', everywhere: true }, ['s'])).toEqual({
    title: 'New router',
    siteIds: null,
    times: { weekly: { days: [3, 7], from: '23:00', to: '01:00' } },
  });
  expect(announcement({ ...draft, kind: 'weekly', days: [] }, ['s'])).toBeUndefined();
});

test('the clocks of the site', () => {
  const at = Date.UTC(2026, 10, 22, 0, 5);
  expect(localMoment(at, 'America/Chicago')).toBe('2026-11-21T18:05');
  expect(localMoment(at, 'Europe/Paris')).toBe('2026-11-22T01:05');
  expect(localMoment(at, 'UTC')).toBe('2026-11-22T00:05');
});
