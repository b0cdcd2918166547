import type { Device, Probe, Report } from '@aerie/contract';
import { expect, test } from 'vitest';
import { machineOf, meanLatency, portDigest } from './digest.ts';

const port = (number: number, state: 'open' | 'closed' | 'filtered', service: string | null = null) =>
  ({ port: number, protocol: 'tcp', state, service }) as Device['ports'][number];

test('the scan in short: how many ports, and what most devices offer first', () => {
  const digest = portDigest([
    { status: 'up', ports: [port(22, 'open', 'ssh'), port(2222, 'open', 'ssh'), port(80, 'closed', 'http')] },
    { status: 'unknown', ports: [port(22, 'open', 'ssh'), port(9999, 'open'), port(443, 'filtered')] },
    { status: 'down', ports: [port(25, 'open', 'smtp')] },
  ]);
  expect(digest).toEqual({
    open: 4,
    closed: 1,
    filtered: 1,
    services: [
      { name: 'SSH', devices: 2 },
      { name: '9999/tcp', devices: 1 },
    ],
  });
});

test('the mean of the day leaves out what was not measured', () => {
  expect(
    meanLatency([
      { at: 1, medianMs: 10, loss: 0 },
      { at: 2, medianMs: null, loss: 1 },
      { at: 3, medianMs: 20, loss: 0 },
    ]),
  ).toBe(15);
  expect(meanLatency([])).toBeUndefined();
});

test('a machine is what its own report says; another probe’s report says nothing of it', () => {
  const probe = { probeId: 'p', name: 'hv-1', address: '203.0.113.9' } as Probe;
  const report = { probeId: 'p', machine: { name: 'hv-one', addresses: ['10.0.0.2', '10.1.0.2'] } } as Report;
  const devices = [{ address: '10.1.0.2', os: 'Linux 6.x' }] as Device[];
  expect(machineOf(probe, report, devices)).toEqual({ name: 'hv-one', addresses: ['10.0.0.2', '10.1.0.2'], os: 'Linux 6.x' });
  expect(machineOf(probe, { ...report, probeId: 'q' }, devices)).toEqual({ name: 'hv-1', addresses: ['203.0.113.9'], os: null });
});
