import type { Device, Site } from '@aerie/contract';
import { expect, test } from 'vitest';
import { type DeviceQuestion, devicesFor } from './device-list.ts';

const port = { port: 80, protocol: 'tcp', state: 'open' } as Device['ports'][number];
const device = (address: string, fields: Partial<Device> = {}) =>
  ({
    deviceId: address,
    address,
    label: null,
    hostname: null,
    status: 'up',
    ports: [],
    lastSeenAt: 5,
    firstSeenAt: 1,
    ...fields,
  }) as unknown as Device;
const devices = [
  device('10.0.0.10', { hostname: 'zoe', lastSeenAt: 1 }),
  device('10.0.0.9', { label: 'Accueil', status: 'down', ports: [port] }),
  device('10.0.0.2', { firstSeenAt: 9 }),
];
const up = { state: 'up' } as Site;

test('devices in the order that is asked for, alike by address', () => {
  const ask = (question: Partial<DeviceQuestion>, site = up) =>
    devicesFor(devices, site, { typed: '', state: undefined, sort: 'address', ...question }, (a, b) => a.localeCompare(b)).map(each =>
      each.address.slice(7),
    );
  expect(ask({})).toEqual(['2', '9', '10']);
  expect(ask({ sort: 'name' })).toEqual(['9', '10', '2']);
  expect(ask({ sort: 'seen' })).toEqual(['10', '2', '9']);
  expect(ask({ sort: 'ports' })).toEqual(['9', '2', '10']);
  expect(ask({ sort: 'new' })).toEqual(['2', '9', '10']);
  expect(ask({ state: 'down' })).toEqual(['9']);
  expect(ask({ typed: 'accueil' })).toEqual(['9']);
  // Where nothing is heard from the site, none is known.
  expect(ask({ state: 'down' }, { state: 'unknown' } as Site)).toEqual([]);
});
