import type { Device } from '@aerie/contract';
import { plain } from '../../app/matching.ts';

/** Whether a device answers to what was typed: address, name, MAC, vendor, system, or the number or service of an open port. */
export function deviceFits(device: Device, typed: string): boolean {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const open = device.ports.filter(port => port.state === 'open');
  const text = plain(
    [
      device.label,
      device.address,
      device.hostname,
      device.mac,
      device.vendor,
      device.os,
      ...open.map(port => `${port.service ?? ''} ${port.product ?? ''}`),
    ]
      .filter(Boolean)
      .join(' '),
  );
  return words.every(word => text.includes(word) || (/^\d+$/.test(word) && open.some(port => String(port.port) === word)));
}

/** Addresses in the order of their numbers: 10.0.0.9 before 10.0.0.10, IPv4 before IPv6. */
export function byAddress(a: Device, b: Device): number {
  return addressKey(a.address) < addressKey(b.address) ? -1 : 1;
}

function addressKey(address: string): string {
  return address.includes(':')
    ? `6${address.toLowerCase()}`
    : `4${address
        .split('.')
        .map(part => part.padStart(3, '0'))
        .join('.')}`;
}
