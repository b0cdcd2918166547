import type { Report, ReportChange, ReportedHost, ReportedPort } from '@aerie/contract';
import { byAddress, isLastingMac } from './addresses.ts';
import { certificateText, portKey, portTest, serviceText } from './ports.ts';

/** Most differences that are told: of two scans of large networks that have nothing in common. */
const most = 10_000;

/**
 * What differs between two reports of a site, by address. A host is told again by its maker's hardware address, else by
 * where it is. What one of them did not look at is no difference.
 */
export function differencesOf(from: Report, to: Report): ReportChange[] {
  const changes: ReportChange[] = [];
  const saysPorts = from.kind !== 'sweep' && to.kind !== 'sweep';
  const wasScanned = portTest(from.ports);
  const isScanned = portTest(to.ports);
  const before = hostsOf(from);
  const found = new Set<ReportedHost>();
  for (const host of to.hosts) {
    const was = before.find(host);
    if (was) found.add(was);
    if ((was?.status === 'up') !== (host.status === 'up')) tell(host, host.status === 'up' ? 'host_appeared' : 'host_gone');
    if (was?.status === 'up' && host.status === 'up') compareHost(was, host);
  }
  for (const was of from.hosts) if (was.status === 'up' && !found.has(was)) tell(was, 'host_gone');
  return changes.sort((a, b) => byAddress(a.address, b.address) || (a.port ?? 0) - (b.port ?? 0)).slice(0, most);

  function compareHost(was: ReportedHost, host: ReportedHost): void {
    if (was.address !== host.address) tell(host, 'address', was.address, host.address);
    if (bothKnown(was.hostname, host.hostname)) tell(host, 'hostname', was.hostname, host.hostname);
    if (bothKnown(was.mac, host.mac)) tell(host, 'mac', was.mac, host.mac);
    if (bothKnown(was.os?.name, host.os?.name)) tell(host, 'os', was.os!.name, host.os!.name);
    if (saysPorts) comparePorts(was, host);
  }

  function comparePorts(was: ReportedHost, host: ReportedHost): void {
    const old = new Map(was.ports.map(port => [portKey(port), port]));
    for (const port of host.ports) {
      const one = old.get(portKey(port));
      old.delete(portKey(port));
      if (one) comparePort(host, one, port);
      else if (port.state === 'open' && isComparable(port, wasScanned)) tell(host, 'port_opened', null, serviceText(port), port);
    }
    for (const one of old.values())
      if (one.state === 'open' && isComparable(one, isScanned)) tell(host, 'port_closed', serviceText(one), null, one);
  }

  function comparePort(host: ReportedHost, was: ReportedPort, port: ReportedPort): void {
    if (was.state !== port.state) {
      if (port.state === 'open') tell(host, 'port_opened', was.state, serviceText(port), port);
      else if (was.state === 'open') tell(host, 'port_closed', serviceText(was), port.state, port);
      else tell(host, 'port_state', was.state, port.state, port);
      return;
    }
    if (bothKnown(serviceText(was), serviceText(port))) tell(host, 'service', serviceText(was), serviceText(port), port);
    const [old, now] = [was.tls && certificateText(was.tls), port.tls && certificateText(port.tls)];
    if (bothKnown(old, now)) tell(host, 'certificate', old!, now!, port);
  }

  function tell(
    host: ReportedHost,
    kind: ReportChange['kind'],
    old: string | null = null,
    now: string | null = null,
    port?: Pick<ReportedPort, 'port' | 'protocol'>,
  ): void {
    const { address, hostname: name } = host;
    changes.push({ address, name, kind, port: port?.port ?? null, protocol: port?.protocol ?? null, before: old, after: now });
  }
}

function hostsOf({ hosts }: Report): { find(host: ReportedHost): ReportedHost | undefined } {
  const byAddress = new Map(hosts.map(host => [host.address, host]));
  const byMac = new Map<string, ReportedHost | null>();
  // An address that two hosts have tells neither.
  for (const host of hosts) if (isLastingMac(host.mac)) byMac.set(host.mac, byMac.has(host.mac) ? null : host);
  return {
    find(host) {
      const same = isLastingMac(host.mac) ? byMac.get(host.mac) : undefined;
      if (same) return same;
      const there = byAddress.get(host.address);
      return there && isLastingMac(there.mac) && isLastingMac(host.mac) && there.mac !== host.mac ? undefined : there;
    },
  };
}

/** Of UDP no report says which ports were looked at. */
function isComparable({ port, protocol }: ReportedPort, scanned: (port: number) => boolean): boolean {
  return protocol === 'udp' || scanned(port);
}

function bothKnown(a: string | null | undefined, b: string | null | undefined): boolean {
  return (a ?? null) !== null && (b ?? null) !== null && a !== b;
}
