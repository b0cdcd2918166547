import { isIP } from 'node:net';
import { AppError, type Policy } from '@aerie/contract';
import ipaddr from 'ipaddr.js';

/** Most addresses of one range, as bits: 65,536. A wider one is a slip of the finger, and takes a probe days. */
const widestBits = 16;

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * The policy after a change, its ranges, ports and targets in their one spelling. `version` grows when anything is different.
 * @throws AppError `bad_policy` that says what cannot be followed
 */
export function changedPolicy(before: Policy, change: Partial<Omit<Policy, 'version'>>): Policy {
  const next: Policy = { ...before, ...change };
  next.ranges = unique(next.ranges.map(range => normalRange(range)));
  next.ports = normalPorts(next.ports);
  next.udpPorts = next.udpPorts === '' ? '' : normalPorts(next.udpPorts);
  // What is left alone may be as wide as one likes.
  next.exclude = unique(next.exclude.map(range => normalRange(range, 128)));
  next.wanTargets = unique(next.wanTargets.map(normalTarget));
  next.providerTargets = unique(next.providerTargets.map(normalTarget));
  next.dnsNames = unique(next.dnsNames.map(normalTarget));
  next.httpChecks = unique(next.httpChecks.map(normalPage));
  if (!isZone(next.zone)) refuse(next.zone, 'not_a_zone');
  return JSON.stringify(next) === JSON.stringify(before) ? before : { ...next, version: before.version + 1 };
}

/** A CIDR, or one address, as the CIDR of its network: `10.1.2.3/24` is `10.1.2.0/24`. */
export function normalRange(typed: string, widest = widestBits): string {
  const [address = '', prefix, ...rest] = typed.trim().split('/');
  // A zone (fe80::1%eth0) means something on one machine only.
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 0 || rest.length > 0) refuse(typed, 'not_a_range');
  const bits = family === 4 ? 32 : 128;
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)) refuse(typed, 'not_a_range');
  const length = prefix === undefined ? bits : Number(prefix);
  if (length < bits - widest) refuse(typed, 'range_too_wide');
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) refuse(typed, 'not_a_range');
  const network = (parsed instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${address}/${length}`);
  const kind = network.range();
  const isClassE = network instanceof ipaddr.IPv4 && network.octets[0]! >= 240;
  if (kind === 'unspecified' || kind === 'multicast' || kind === 'broadcast' || isClassE) refuse(typed, 'range_of_no_machine');
  return `${network.toString()}/${length}`;
}

/** Ports and ranges of ports in order, each once: `443,80-82,81` is `80-82,443`. */
export function normalPorts(typed: string): string {
  return parsePorts(typed)
    .map(([from, to]) => (from === to ? String(from) : `${from}-${to}`))
    .join(',');
}

function parsePorts(typed: string): [number, number][] {
  const spans = typed.split(',').map((piece): [number, number] => {
    const [from, to = from] = piece.split('-').map(Number);
    if (!(from! >= 1 && to! <= 65_535 && from! <= to!)) refuse(piece, 'not_ports');
    return [from!, to!];
  });
  spans.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

function normalTarget(typed: string): string {
  const target = typed.trim().toLowerCase();
  // Only digits and dots, and yet no address: a slip, and some programs read it as another address.
  const isNumeric = /^[\d.]+$/.test(target);
  if (isIP(target) === 0 && (isNumeric || !hostName.test(target))) refuse(typed, 'not_a_host');
  return target;
}

/** An address of a page in its one spelling. It is fetched by the probe and shown to all who see the site: no password in it. */
function normalPage(typed: string): string {
  const url = URL.parse(typed.trim());
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') refuse(typed, 'not_a_page');
  url.hash = '';
  return url.href;
}

/** Whether a text is the name of a time zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const unique = (texts: string[]) => [...new Set(texts)];

type Reason = 'not_a_range' | 'range_too_wide' | 'range_of_no_machine' | 'not_ports' | 'not_a_host' | 'not_a_page' | 'not_a_zone';

/** The reasons stand in the catalogue of errors, in the reader's language. */
function refuse(typed: string, reason: Reason): never {
  throw new AppError('bad_policy', { what: JSON.stringify(typed.slice(0, 64)), reason });
}
