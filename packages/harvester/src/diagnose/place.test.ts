import { firstPolicy, type Policy } from '@aerie/contract/reports';
import { expect, test } from 'vitest';
import { placeOf, type Surroundings } from './place.ts';

const policy: Policy = {
  ...firstPolicy,
  ranges: ['10.0.0.0/24', 'fd00::/64'],
  exclude: ['10.0.0.66', '192.0.2.8'],
  wanTargets: ['192.0.2.1', 'wan.example:443', '192.0.2.8'],
  httpChecks: ['http://page.example/x'],
};
const names: Record<string, string[]> = {
  'box.lan': ['10.0.0.7'],
  'both.lan': ['203.0.113.9', '10.0.0.7'],
  'outside.lan': ['203.0.113.9'],
  'excluded.lan': ['10.0.0.66'],
  'hidden.lan': ['-f', '10.0.0.7 -f', '127.0.0.1;id'],
  'wan.example': ['203.0.113.1'],
  'page.example': ['203.0.113.2'],
  none: [],
};
const asked: string[] = [];
const around: Surroundings = {
  async lookup(name) {
    asked.push(name);
    if (!names[name]) throw new Error('ENOTFOUND');
    return names[name].map(address => ({ address }));
  },
  gateways: () => ['10.9.9.1'],
};
const never = new AbortController().signal;
const place = (host: string, changed: Partial<Policy> = {}) => placeOf(host, { ...policy, ...changed }, never, around);

test.each([
  ['10.0.0.7', '10.0.0.7'],
  ['fd00::7', 'fd00::7'],
  ['192.0.2.1', '192.0.2.1'],
  ['box.lan', '10.0.0.7'],
  // Of several addresses, the one that is allowed.
  ['both.lan', '10.0.0.7'],
  ['wan.example', '203.0.113.1'],
  ['page.example', '203.0.113.2'],
])('%s is reached at %s', async (host, address) => {
  expect((await place(host)).address).toBe(address);
});

test.each(['10.0.1.7', '10.0.0.66', '::ffff:10.0.0.66', '192.0.2.8', '10.9.9.1', 'outside.lan', 'excluded.lan', '0.0.0.0', '224.0.0.1'])(
  '%s is refused',
  async host => {
    await expect(place(host)).rejects.toMatchObject({ summary: { say: 'not_allowed' } });
  },
);

test.each(['hidden.lan', 'none', 'nobody.lan'])('%s has no address', async host => {
  await expect(place(host)).rejects.toMatchObject({ summary: { say: 'no_such_name' } });
});

test('the gateway is reached where the policy makes it a target, unless it is excluded', async () => {
  expect((await place('10.9.9.1', { gateway: 'auto' })).address).toBe('10.9.9.1');
  await expect(place('10.9.9.1', { gateway: 'auto', exclude: ['10.9.0.0/16'] })).rejects.toThrow();
});

test('an exclusion that cannot be read excludes everything', async () => {
  for (const host of ['10.0.0.7', '192.0.2.1', 'wan.example']) await expect(place(host, { exclude: ['nonsense'] })).rejects.toThrow();
});

test('a name is asked for once, and an address never', async () => {
  asked.length = 0;
  await place('box.lan');
  await place('10.0.0.7');
  expect(asked).toEqual(['box.lan']);
});

test('a look-up that hangs ends with the signal', async () => {
  const control = new AbortController();
  const hanging = placeOf('slow.lan', policy, control.signal, { ...around, lookup: () => new Promise(() => {}) });
  control.abort(new Error('enough'));
  await expect(hanging).rejects.toThrow('enough');
});
