import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

const complete = 0x2;

/** The hardware addresses of machines on our own networks with which this one has spoken, by address: the kernel's table. */
export function readNeighbours(file = '/proc/net/arp'): Map<string, string> {
  try {
    return neighboursIn(readFileSync(file, 'utf8'));
  } catch {
    return new Map();
  }
}

/** `10.0.0.7  0x1  0x2  3c:d9:2b:00:10:01  *  eth0`, under a line of headings. */
export function neighboursIn(table: string): Map<string, string> {
  const neighbours = new Map<string, string>();
  for (const line of table.split('\n').slice(1)) {
    const [address, , flags, mac] = line.trim().split(/\s+/);
    if (!address || !mac || (Number(flags) & complete) === 0 || mac === '00:00:00:00:00:00') continue;
    if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac)) neighbours.set(address, mac.toLowerCase());
  }
  return neighbours;
}

/** The hardware addresses of this machine itself, which no table of neighbours has. */
export function ownMacs(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): Map<string, string> {
  const own = Object.values(interfaces).flatMap(list => list ?? []);
  return new Map(own.filter(({ internal, mac }) => !internal && mac !== '00:00:00:00:00:00').map(({ address, mac }) => [address, mac]));
}

/** A MAC that a device made up itself (the second bit of its first byte). */
export function isRandomMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 0b11) === 0b10;
}
