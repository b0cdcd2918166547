import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { networkOf } from '../policy.ts';

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** The machine's own networks, as CIDRs, to be offered for authorisation; nothing is sent into them. */
export function ownNetworks(interfaces: Interfaces = networkInterfaces()): string[] {
  const networks = outside(interfaces).flatMap(({ cidr }) => {
    const network = cidr === null ? undefined : networkOf(cidr);
    return network ? [network] : [];
  });
  return [...new Set(networks)].slice(0, 32);
}

/** What this machine is called and at which addresses others reach it. */
export function thisMachine(interfaces: Interfaces = networkInterfaces()): { name: string; addresses: string[] } {
  return {
    name: hostname().slice(0, 255),
    addresses: outside(interfaces)
      .map(({ address }) => address)
      .slice(0, 32),
  };
}

/** IPv4 first; without loopback and link-local addresses. */
function outside(interfaces: Interfaces): NetworkInterfaceInfo[] {
  return Object.values(interfaces)
    .flatMap(list => list ?? [])
    .filter(one => !one.internal && !/^fe[89ab]/i.test(one.address) && !one.address.startsWith('169.254.'))
    .sort((a, b) => a.family.localeCompare(b.family));
}
