import { BlockList, isIPv6 } from 'node:net';
import type { ScanChange } from '@aerie/contract/dashboard';
import type { MissingFact, Report, ReportedHost } from '@aerie/contract/reports';

/**
 * What one full scan found otherwise than the one before it. Only what both looked at is compared: what was not looked at is
 * neither gone nor closed.
 */
export function changesBetween(before: Report, after: Report): ScanChange[] {
  const was = new Map(before.hosts.map(host => [host.address, host]));
  const is = new Map(after.hosts.map(host => [host.address, host]));
  const wasLookedAt = looksAt(before);
  const isLookedAt = looksAt(after);
  const isUp = (host: ReportedHost | undefined) => host?.status === 'up';
  const changes: ScanChange[] = [];

  for (const host of after.hosts) {
    const old = was.get(host.address);
    if (isUp(host) && isUp(old)) changes.push(...changesOf(old!, host, { before, after }));
    else if (isUp(host) && old?.status !== 'unknown' && wasLookedAt(host.address) && !lacks(before, 'hosts'))
      changes.push({ kind: 'appeared', ...nameOf(host) });
  }
  for (const host of before.hosts) {
    const now = is.get(host.address);
    if (isUp(host) && !isUp(now) && now?.status !== 'unknown' && isLookedAt(host.address) && !lacks(after, 'hosts'))
      changes.push({ kind: 'gone', ...nameOf(host) });
  }
  return changes;
}

function changesOf(was: ReportedHost, is: ReportedHost, { before, after }: { before: Report; after: Report }): ScanChange[] {
  const changes: ScanChange[] = [];
  const named = nameOf({ ...is, hostname: is.hostname ?? was.hostname });
  const told = (kind: ScanChange['kind'], from: string | null | undefined, to: string | null | undefined) => {
    // What is not known now has not become another thing.
    if (from && to && from !== to) changes.push({ kind, ...named, was: from, is: to });
  };
  told('renamed', was.hostname, is.hostname);
  told('system', was.os?.name, is.os?.name);
  if (!was.randomMac && !is.randomMac) told('hardware', was.mac, is.mac);

  const open = (host: ReportedHost) => new Set(host.ports.filter(({ state }) => state === 'open').map(keyOf));
  const wasOpen = open(was);
  const isOpen = open(is);
  for (const key of isOpen) if (!wasOpen.has(key) && saysOf(before, was, key)) changes.push({ kind: 'opened', ...named, port: key });
  for (const key of wasOpen) if (!isOpen.has(key) && saysOf(after, is, key)) changes.push({ kind: 'closed', ...named, port: key });
  return changes;
}

/** Whether a report says how a port of this host is: listed, or TCP and among the ports that were looked at. */
function saysOf(report: Report, host: ReportedHost, key: string): boolean {
  if (host.ports.some(port => keyOf(port) === key)) return true;
  const [port, protocol] = key.split('/');
  return protocol === 'tcp' && !lacks(report, 'ports') && includesPort(report.ports, Number(port));
}

function includesPort(text: string, port: number): boolean {
  return text.split(',').some(part => {
    const [from, to = from] = part.split('-').map(Number);
    return port >= from! && port <= to!;
  });
}

function looksAt({ targets }: Report): (address: string) => boolean {
  const list = new BlockList();
  for (const target of targets) {
    const [address, bits] = target.split('/');
    try {
      if (bits === undefined) list.addAddress(address!, familyOf(address!));
      else list.addSubnet(address!, Number(bits), familyOf(address!));
    } catch {
      // A target that is no network covers nothing.
    }
  }
  return address => list.check(address, familyOf(address));
}

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
const lacks = ({ missing }: Report, fact: MissingFact['fact']) => missing.some(each => each.fact === fact);
const keyOf = ({ port, protocol }: ReportedHost['ports'][number]) => `${port}/${protocol}`;
const nameOf = ({ address, hostname }: ReportedHost) => ({ address, name: hostname });
