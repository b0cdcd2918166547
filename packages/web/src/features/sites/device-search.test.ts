import type { Device } from '@aerie/contract';
import { expect, test } from 'vitest';
import { byAddress, deviceFits } from './device-search.ts';

const port = {
  port: 22,
  protocol: 'tcp',
  state: 'open',
  service: 'ssh',
  product: 'OpenSSH',
  version: null,
  tls: null,
  title: null,
  firstSeenAt: 0,
  lastSeenAt: 0,
} as const;
const device = (address: string): Device => ({
  deviceId: address,
  label: null,
  address,
  hostname: 'Étage-2.local',
  mac: '00:1a:2b:3c:4d:5e',
  randomMac: false,
  vendor: null,
  os: null,
  osAccuracy: null,
  status: 'up',
  rttMs: null,
  identity: 'mac',
  confidence: 1,
  deepAt: null,
  firstSeenAt: 0,
  lastSeenAt: 0,
  ports: [port, { ...port, port: 80, state: 'closed', service: 'http' }],
});

test('a device answers to address, name, MAC, open port and service', () => {
  const fits = (typed: string) => deviceFits(device('10.0.0.9'), typed);
  for (const typed of ['', '10.0.0', 'etage', '3C:4D', '22', 'ssh', 'etage ssh']) expect(fits(typed), typed).toBe(true);
  // A closed port is no reason to show a device.
  for (const typed of ['80', 'http', 'etage ftp']) expect(fits(typed), typed).toBe(false);
});

test('addresses stand in the order of their numbers, IPv4 first', () => {
  const order = ['fe80::1', '10.0.0.10', '10.0.0.9', '9.1.1.1'].map(device).sort(byAddress);
  expect(order.map(each => each.address)).toEqual(['9.1.1.1', '10.0.0.9', '10.0.0.10', 'fe80::1']);
});
