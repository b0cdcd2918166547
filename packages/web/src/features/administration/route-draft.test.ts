import { expect, test } from 'vitest';
import { addressesIn, routeDraft, routeFault, routeFields } from './route-draft.ts';

const blank = routeDraft(undefined, 'fr');

test('a new route speaks the language of whoever makes it, and tells warnings and worse', () => {
  expect(blank).toMatchObject({ kind: 'mail', of: 'all', on: true, atLeast: 'warning', language: 'fr' });
});

test('what is missing or wrong is said before it is sent', () => {
  expect(routeFault({ ...blank, to: 'a@b.example' })).toBe('name');
  const named = { ...blank, name: 'Astreinte' };
  expect(routeFault(named)).toBe('to');
  expect(routeFault({ ...named, to: 'a@b.example, nobody' })).toBe('to');
  expect(routeFault({ ...named, to: 'a@b.example' })).toBeUndefined();
  expect(routeFault({ ...named, kind: 'webhook', url: 'javascript:alert(1)' })).toBe('url');
  expect(routeFault({ ...named, kind: 'webhook', url: 'https://hooks.example/x' })).toBeUndefined();
  expect(routeFault({ ...named, kind: 'channel', of: 'some' })).toBe('sites');
  expect(routeFault({ ...named, kind: 'channel', of: 'some', groups: ['West'] })).toBeUndefined();
});

test('addresses are taken apart however they are written, each once', () => {
  expect(addressesIn(' a@x.example,b@x.example;\n a@x.example ')).toEqual(['a@x.example', 'b@x.example']);
});

test('a form is sent as a route, and a route is a form again', () => {
  const fields = routeFields({ ...blank, name: ' West ', kind: 'channel', of: 'some', groups: ['West'], to: 'typed@before.example' });
  expect(fields).toMatchObject({ name: 'West', target: { kind: 'channel', channelId: null }, siteIds: null, groups: ['West'] });
  const again = routeDraft({ ...fields, routeId: 'r', hasSecret: false, createdAt: 0, last: null }, 'en');
  expect(routeFields(again)).toEqual(fields);
  expect(routeFields({ ...again, of: 'all' })).toMatchObject({ siteIds: null, groups: null });
});
