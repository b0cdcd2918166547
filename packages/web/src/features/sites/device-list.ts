import type { Device, Site } from '@aerie/contract';
import { byAddress, deviceFits } from './device-search.ts';
import { deviceName, deviceState } from './sentences.ts';

export const deviceSorts = ['address', 'name', 'seen', 'ports', 'new'] as const;
export type DeviceSort = (typeof deviceSorts)[number];

/** What a list of devices is asked for. */
export interface DeviceQuestion {
  typed: string;
  state: Device['status'] | undefined;
  sort: DeviceSort;
}

/** The devices that fit, in the order that was asked for; alike by address. */
export function devicesFor(
  devices: readonly Device[],
  site: Site,
  { typed, state, sort }: DeviceQuestion,
  compare: (a: string, b: string) => number,
): Device[] {
  const openPorts = (device: Device) => device.ports.filter(port => port.state === 'open').length;
  const orders: Record<DeviceSort, (a: Device, b: Device) => number> = {
    address: () => 0,
    // Those that only have an address come after those that have a name.
    name: (a, b) => Number(deviceName(a) === a.address) - Number(deviceName(b) === b.address) || compare(deviceName(a), deviceName(b)),
    seen: (a, b) => a.lastSeenAt - b.lastSeenAt,
    ports: (a, b) => openPorts(b) - openPorts(a),
    new: (a, b) => b.firstSeenAt - a.firstSeenAt,
  };
  return devices
    .filter(device => (state === undefined || deviceState(device, site) === state) && deviceFits(device, typed))
    .sort((a, b) => orders[sort](a, b) || byAddress(a, b));
}
