import type { Report, ReportedHost } from '@aerie/contract';
import { insideOf, isLastingMac } from './addresses.ts';
import type { DeviceBook, DeviceRecord, LastMatches } from './device-book.ts';
import { alikeFrom, isSomethingElse, likeness, nameKey, openOf, type Profile, tooNear } from './likeness.ts';
import { portKey } from './ports.ts';

/** Of a device with a hardware address that it made up. */
const randomMacConfidence = 0.9;
/** A name that more devices than this have tells none of them. */
const namesakes = 8;

/** What of a report is about one device. */
export interface Match {
  /** Undefined: it was never seen before. */
  record: DeviceRecord | undefined;
  /** Mostly one; several where people said that these are one. The first speaks for it. */
  hosts: ReportedHost[];
  /** Undefined: it is where it was, so that its likeness says it. */
  confidence: number | undefined;
  /** Its maker's hardware address, where that is what tells it. */
  mac: string | null;
}

/**
 * Tells devices again: by their hardware address; else by place and name together; else by name and ports, where they are not
 * at their old place; else by where they are, unless name and ports say that it is something else. Whatever order the hosts
 * are in, the result is the same.
 */
export function matchHosts(book: DeviceBook, report: Report): Match[] {
  const last = book.lastMatches;
  if (last?.changes === book.changes && areSame(last.hosts, report.hosts))
    return last.matches.map((match, i) => ({ ...match, hosts: [report.hosts[i]!] }));
  const { matches, isPlain } = matched(book, report);
  book.lastMatches = isPlain ? lastMatches(book, report, matches) : undefined;
  return matches;
}

/** Whether the same is said of what tells a device, in the same order. */
function areSame(before: readonly ReportedHost[], hosts: readonly ReportedHost[]): boolean {
  if (before.length !== hosts.length) return false;
  for (let i = 0; i < hosts.length; i++) {
    const [a, b] = [before[i]!, hosts[i]!];
    if (a.address !== b.address || a.mac !== b.mac || a.hostname !== b.hostname || a.status !== b.status) return false;
  }
  return true;
}

function lastMatches(book: DeviceBook, { hosts }: Report, matches: readonly Match[]): LastMatches | undefined {
  if (matches.length !== hosts.length) return undefined;
  const ofHosts = new Map(matches.map(match => [match.hosts[0]!, match]));
  const inOrder = hosts.flatMap(host => {
    const { record, confidence, mac } = ofHosts.get(host) ?? {};
    return record ? { record, confidence, mac: mac! } : [];
  });
  return inOrder.length === hosts.length ? { changes: book.changes, hosts, matches: inOrder } : undefined;
}

/** Tells them anew; plain: each by its own hardware address, or as the one that was at its place and had the same name. */
function matched(book: DeviceBook, report: Report): { matches: Match[]; isPlain: boolean } {
  let isPlain = true;
  const up = report.hosts.filter(({ status }) => status === 'up');
  const owners = ownersOfMacs(book, up);
  const ownMac = ({ mac, address }: ReportedHost) => (mac !== null && owners.get(mac) === address ? mac : null);
  const matches: Match[] = [];
  const byRecord = new Map<DeviceRecord, Match>();

  let rest = up.filter(host => !byMac(host, ownMac(host)));
  rest = rest.filter(host => !byPlace(host, true));
  if (rest.length > 0) {
    isPlain = false;
    const told = byLikeness();
    for (const host of rest) if (!told.has(host) && !byPlace(host, false)) addNew(host);
  }
  // What is said not to be there is that only as long as nobody says where it is.
  if (up.length < report.hosts.length) {
    isPlain = false;
    for (const host of report.hosts) if (host.status !== 'up' && !byMac(host, host.mac)) byPlace(host, false);
  }
  return { matches, isPlain };

  function addNew(host: ReportedHost): void {
    const mac = lastingOf(host);
    const self = profileOf(host, report);
    const confidence = mac !== null ? 1 : ownMac(host) !== null ? randomMacConfidence : likeness(self, self);
    matches.push({ record: undefined, hosts: [host], confidence, mac });
  }

  function lastingOf(host: ReportedHost): string | null {
    const mac = ownMac(host);
    return isLastingMac(mac) ? mac : null;
  }

  /** @param isItself whether it is told by what is its own, and not by what people said is it too */
  function claim(record: DeviceRecord, host: ReportedHost, confidence: number | undefined, isItself: boolean): true {
    const mac = isItself ? lastingOf(host) : null;
    const match = byRecord.get(record);
    if (!match) {
      const claimed: Match = { record, hosts: [host], confidence, mac };
      byRecord.set(record, claimed);
      matches.push(claimed);
    } else if (isItself) {
      match.hosts.unshift(host);
      match.confidence = confidence;
      match.mac ??= mac;
    } else match.hosts.push(host);
    return true;
  }

  function byMac(host: ReportedHost, mac: string | null): boolean {
    const record = mac === null ? undefined : book.byMac(mac);
    if (!record || (host.status !== 'up' && byRecord.has(record))) return false;
    const isItself = record.row.mac === mac;
    return claim(record, host, isLastingMac(mac) ? 1 : randomMacConfidence, isItself);
  }

  /** @param isSure only what has the same name, or none before and now */
  function byPlace(host: ReportedHost, isSure: boolean): boolean {
    let best: DeviceRecord | undefined;
    let score = -1;
    const there = book.at(host.address);
    if (there.length > 1) isPlain = false;
    for (const record of there) {
      if (byRecord.has(record) || !mayBe(record, host)) continue;
      if (isSure && host.hostname !== record.row.hostname && nameKey(host.hostname) !== nameKey(record.row.hostname)) continue;
      if (!isSure && hasOtherName(record, host) && isSomethingElse(profileOfRecord(record), profileOf(host, report))) continue;
      const found = there.length === 1 ? 0 : rank(record, profileOf(host, report));
      if (found <= score) continue;
      best = record;
      score = found;
    }
    if (best) return claim(best, host, isLastingMac(ownMac(host)) ? 1 : undefined, true);
    const alias = isSure || isLastingMac(host.mac) ? undefined : book.aliasAt(host.address);
    return alias !== undefined && (host.status === 'up' || !byRecord.has(alias)) && claim(alias, host, alias.row.confidence, false);
  }

  /** What has nothing but its likeness: among devices of one name the likeliest pair first, and none where two are as likely. */
  function byLikeness(): ReadonlySet<ReportedHost> {
    const told = new Set<ReportedHost>();
    const hostsOf = new Map<string, ReportedHost[]>();
    for (const host of rest) {
      const name = nameKey(host.hostname);
      if (name !== null) hostsOf.set(name, [...(hostsOf.get(name)?.slice(0, namesakes) ?? []), host]);
    }
    if (hostsOf.size === 0) return told;
    const isScanned = insideOf(report.targets);
    for (const [name, hosts] of hostsOf) {
      // Still where it was, as far as is known, when it was not looked for there.
      const records = book
        .named(name)
        .filter(record => !byRecord.has(record) && (record.row.status !== 'up' || isScanned(record.row.address)));
      if (records.length === 0 || records.length > namesakes || hosts.length > namesakes) continue;
      const pairs = hosts.flatMap(host => {
        const self = profileOf(host, report);
        return records
          .filter(record => mayBe(record, host))
          .map(record => ({ host, record, score: likeness(profileOfRecord(record, name), self) }))
          .filter(({ score }) => score >= alikeFrom);
      });
      pairs.sort((a, b) => b.score - a.score);
      for (const { host, record, score } of pairs) {
        const rivals = pairs.filter(pair => (pair.host === host) !== (pair.record === record) && !byRecord.has(pair.record));
        if (byRecord.has(record) || told.has(host) || rivals.some(rival => score - rival.score < tooNear)) continue;
        claim(record, host, isLastingMac(ownMac(host)) ? 1 : score, true);
        told.add(host);
      }
    }
    return told;
  }
}

/** How a host looks, for likeness. */
export function profileOf(host: ReportedHost, { kind }: Pick<Report, 'kind'>): Profile {
  const open = kind === 'sweep' ? undefined : new Set(host.ports.filter(({ state }) => state === 'open').map(portKey));
  return { address: host.address, hostname: host.hostname, open };
}

/**
 * How a device looked last.
 * @param name one that it has too
 */
export function profileOfRecord({ row, ports }: Pick<DeviceRecord, 'row' | 'ports'>, name = row.hostname): Profile {
  return { address: row.address, hostname: name, open: row.scanned_ports === null && ports.size === 0 ? undefined : openOf(ports) };
}

/** Whether hardware addresses allow it. */
function mayBe({ row }: DeviceRecord, host: ReportedHost): boolean {
  if (host.mac === null) return true;
  // What is known by its maker's address is told again by that alone; what made its address up may have made a new one.
  if (row.identity.startsWith('mac:')) return false;
  return isLastingMac(host.mac) ? row.mac === null || row.mac === host.mac : true;
}

function hasOtherName({ row }: DeviceRecord, { hostname }: ReportedHost): boolean {
  return hostname !== null && row.hostname !== null && hostname !== row.hostname;
}

/** Of several that were at one address: the likeliest, then the one seen last. */
function rank(record: DeviceRecord, self: Profile): number {
  return likeness(profileOfRecord(record), self) + record.row.last_seen_at / 1e16;
}

/** Of each hardware address, the one address that it stands for: where it was, else the lowest that the report names. */
function ownersOfMacs(book: DeviceBook, hosts: readonly ReportedHost[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { mac, address } of hosts) {
    if (mac === null || mac === '00:00:00:00:00:00') continue;
    const owner = owners.get(mac);
    if (owner === undefined) owners.set(mac, address);
    else {
      const was = book.byMac(mac)?.row.address;
      if (owner !== was && (address === was || address < owner)) owners.set(mac, address);
    }
  }
  return owners;
}
