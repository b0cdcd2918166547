import { describe, expect, test } from 'vitest';
import { hostOf, portOf, reportOf } from '../../test/reports.ts';
import { changesBetween } from './changes.ts';

const router = hostOf('10.0.0.1', { hostname: 'router', ports: [portOf(80)] });
const before = reportOf({ hosts: [router] });

describe('what changed between two scans', () => {
  test('nothing, when they found the same', () => {
    expect(changesBetween(before, reportOf({ hosts: [router] }))).toEqual([]);
  });

  test('devices appear and are gone', () => {
    expect(changesBetween(before, reportOf({ hosts: [hostOf('10.0.0.7')] }))).toEqual([
      { kind: 'appeared', address: '10.0.0.7', name: null },
      { kind: 'gone', address: '10.0.0.1', name: 'router' },
    ]);
  });

  test('ports open and close, whether a closed one is listed or left out', () => {
    const after = reportOf({ hosts: [{ ...router, ports: [portOf(80, 'closed'), portOf(22)] }] });
    const changes = [
      { kind: 'opened', address: '10.0.0.1', name: 'router', port: '22/tcp' },
      { kind: 'closed', address: '10.0.0.1', name: 'router', port: '80/tcp' },
    ];
    expect(changesBetween(before, after)).toEqual(changes);
    expect(changesBetween(before, reportOf({ hosts: [{ ...router, ports: [portOf(22)] }] }))).toEqual(changes);
  });

  test('a device has another name, system or network card', () => {
    const one = { ...router, os: { name: 'Linux 5', accuracy: 90 }, mac: '00:11:22:33:44:55' };
    const other = { ...one, hostname: 'gate', os: { name: 'Linux 6', accuracy: 90 }, mac: '00:11:22:33:44:66' };
    const named = { address: '10.0.0.1', name: 'gate' };
    expect(changesBetween(reportOf({ hosts: [one] }), reportOf({ hosts: [other] }))).toEqual([
      { kind: 'renamed', ...named, was: 'router', is: 'gate' },
      { kind: 'system', ...named, was: 'Linux 5', is: 'Linux 6' },
      { kind: 'hardware', ...named, was: '00:11:22:33:44:55', is: '00:11:22:33:44:66' },
    ]);
  });

  test.each([
    ['the other scan did not look at its address', reportOf({ targets: ['192.0.2.0/24'] })],
    ['the other scan was ended before it was done', reportOf({ missing: [{ fact: 'hosts', reason: 'ended' }] })],
    ['not enough is known of it', reportOf({ hosts: [{ ...router, status: 'unknown', ports: [] }] })],
  ])('no device is gone or new when %s', (_, other) => {
    expect(changesBetween(before, other)).toEqual([]);
    expect(changesBetween(other, before)).toEqual([]);
  });

  test('what is not known any more has not changed: ports that were not looked at, names that were not found', () => {
    const after = reportOf({ ports: '22', hosts: [{ ...router, hostname: null, ports: [] }] });
    expect(changesBetween(before, after)).toEqual([]);
    expect(changesBetween(after, before)).toEqual([]);
  });
});
