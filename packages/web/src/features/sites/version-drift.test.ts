import { expect, test } from 'vitest';
import { drift, usualVersion } from './version-drift.ts';

const sites = (...versions: (string | null)[]) => versions.map(probeVersion => ({ probeVersion }));

test('usual is what most run; as frequent, the newer one', () => {
  expect(usualVersion(sites('0.9.1', '0.10.0', '0.9.1', null))).toBe('0.9.1');
  expect(usualVersion(sites('0.9.1', '0.10.0'))).toBe('0.10.0');
  expect(usualVersion(sites('1.0.0-beta', '1.0.0'))).toBe('1.0.0');
  expect(usualVersion(sites(null))).toBeUndefined();
});

test('what differs is older or newer, by number', () => {
  expect(drift('0.9.1', '0.10.0')).toBe('older');
  expect(drift('v1.2', '1.1.9')).toBe('newer');
  expect(drift('1.0.0', '1.0.0-rc.1')).toBe('newer');
  expect(drift('0.10.0', '0.10.0')).toBeUndefined();
  expect(drift(null, '0.10.0')).toBeUndefined();
});
