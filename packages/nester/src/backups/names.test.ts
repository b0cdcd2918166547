import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupName, momentOf } from './names.ts';

describe('the name of a backup', () => {
  it('tells its moment to the second', () => {
    const moments = fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:59Z') / 1_000 });
    fc.assert(fc.property(moments, second => momentOf(backupName(second * 1_000)) === second * 1_000));
    expect(backupName(Date.parse('2026-11-22T10:15:07.900Z'))).toBe('aerie-20261122T101507Z.tar.gz');
  });

  it('is no other name, and no moment that no calendar has', () => {
    for (const name of [
      'aerie-20261122T101507Z.tar.gz.sha256',
      '../aerie-20261122T101507Z.tar.gz',
      'aerie-20261322T101507Z.tar.gz',
      'x',
      '',
    ])
      expect(momentOf(name)).toBeUndefined();
  });
});
