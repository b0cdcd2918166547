import type { Policy } from '@aerie/contract/reports';
import { addressesIn, cidrsOf, common, firstOf, merged, ofMachines, parseSpan, type Span, sizeOf, without } from './policy-spans.ts';
import { isZone, type Opening, openingAt } from './policy-windows.ts';
import { parsePorts } from './scan/ports.ts';

export type { Opening } from './policy-windows.ts';

/** A report names no more ranges than this. */
const mostTargets = 256;

/** What one pass may touch. */
export interface Allowed {
  /** Each address once, in order. */
  readonly addresses: string[];
  /** The same as CIDRs, for people and reports. */
  readonly targets: string[];
  /** How many more addresses the ranges hold than one pass looks at. */
  readonly left: bigint;
}

/**
 * What a probe may touch, and when. Everything that sends packets asks here; what cannot be read authorises nothing.
 * @param asked only these of it: CIDRs, addresses, ranges such as `10.0.0.5-20`; all of it when absent
 */
export function allowedBy(policy: Pick<Policy, 'ranges' | 'exclude' | 'maxHosts'>, asked: readonly string[] = policy.ranges): Allowed {
  const kept = (hostsOnly: boolean) => {
    const excluded = excludedBy(policy);
    if (!excluded) return [];
    return without(common(spansOf(asked, hostsOnly), spansOf(policy.ranges, hostsOnly)), excluded);
  };
  const all = ofMachines(kept(true));
  const size = sizeOf(all);
  const left = size > BigInt(policy.maxHosts) ? size - BigInt(policy.maxHosts) : 0n;
  const looked = firstOf(all, policy.maxHosts);
  const named = left > 0n ? looked : kept(false);
  return { addresses: [...addressesIn(looked)], targets: [...first(cidrsOf(named), mostTargets)], left };
}

/** Whether this one address may be touched. */
export function mayTouch(policy: Pick<Policy, 'ranges' | 'exclude'>, address: string): boolean {
  const span = parseSpan(address);
  const excluded = excludedBy(policy);
  if (!span || !excluded || span.first !== span.last || /[-/]/.test(address)) return false;
  return without(common(ofMachines([span]), spansOf(policy.ranges, true)), excluded).length > 0;
}

/** Whether it may scan at this time, and until when that holds. */
export function mayScanAt(policy: Pick<Policy, 'windows' | 'zone'>, at: number): Opening {
  return openingAt(policy, at);
}

/** Whether a text names addresses: a CIDR, an address or a range. */
export function isTarget(text: string): boolean {
  return parseSpan(text) !== undefined;
}

/** A network as its own CIDR: `10.1.2.3/24` is `10.1.2.0/24`. Undefined when it is none. */
export function networkOf(cidr: string): string | undefined {
  const span = parseSpan(cidr);
  return span && first(cidrsOf([span]), 1).next().value;
}

/** Why this probe cannot follow a policy; undefined when it can. */
export function faultOf(policy: Policy): string | undefined {
  for (const range of policy.ranges) if (!isTarget(range)) return `the range ${quoted(range)} cannot be read`;
  for (const range of policy.exclude) if (!isTarget(range)) return `the exclusion ${quoted(range)} cannot be read`;
  if (!parsePorts(policy.ports)) return `the ports ${quoted(policy.ports)} cannot be read`;
  if (policy.udpPorts !== '' && !parsePorts(policy.udpPorts)) return `the UDP ports ${quoted(policy.udpPorts)} cannot be read`;
  if (policy.windows.length > 0 && !isZone(policy.zone)) return `the time zone ${quoted(policy.zone)} is not known here`;
  return undefined;
}

/** Whether two policies ask for the same scan, so that one that runs may go on. */
export function sameScan(a: Policy, b: Policy): boolean {
  const asked = (policy: Policy) => {
    const { ranges, exclude, ports, udpPorts, maxHosts, packetsPerSecond, windows, zone, wanTargets } = policy;
    return JSON.stringify([ranges, exclude, ports, udpPorts, maxHosts, packetsPerSecond, windows, zone, wanTargets]);
  };
  return asked(a) === asked(b);
}

function spansOf(texts: readonly string[], hostsOnly = false): Span[] {
  return merged(texts.map(text => parseSpan(text, hostsOnly)).filter(span => span !== undefined));
}

/** Undefined when one of them cannot be read: then nothing is safe to touch. */
function excludedBy({ exclude }: Pick<Policy, 'exclude'>): Span[] | undefined {
  return exclude.every(isTarget) ? spansOf(exclude) : undefined;
}

function* first<T>(items: Iterable<T>, most: number): Generator<T> {
  let n = 0;
  for (const item of items) {
    if (n === most) return;
    n += 1;
    yield item;
  }
}

const quoted = (text: string) => JSON.stringify(text.slice(0, 64));
