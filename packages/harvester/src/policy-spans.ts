import ipaddr from 'ipaddr.js';

/** Addresses that follow each other, both ends included. */
export interface Span {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const bitsOf = { 4: 32, 6: 128 } as const;
const highest = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n } as const;

/** Addresses that stand for several machines or for none. */
const ofNoMachine: readonly Span[] = [
  { family: 4, first: 0n, last: 0n },
  { family: 4, first: 0xe000_0000n, last: highest[4] },
  { family: 6, first: 0n, last: 0n },
  { family: 6, first: 0xffn << 120n, last: highest[6] },
];

/**
 * Reads `10.0.0.0/24`, `10.0.0.7`, `10.0.0.5-20`, `10.0.0.5-10.0.1.4`, `fd00::/64`; undefined when it is none. Host bits are
 * cut; IPv4 inside IPv6 is IPv4.
 * @param hostsOnly without the first and the last address of an IPv4 network: they are the network's own and the broadcast's
 */
export function parseSpan(text: string, hostsOnly = false): Span | undefined {
  const trimmed = text.trim();
  return trimmed.includes('-') ? parseRange(trimmed) : parseBlock(trimmed, hostsOnly);
}

function parseRange(text: string): Span | undefined {
  const [, from = '', to = ''] = /^([0-9A-Fa-f:.]+)-([0-9A-Fa-f:.]+)$/.exec(text) ?? [];
  const first = parseAddress(from);
  // `10.0.0.5-20` is short for `10.0.0.5-10.0.0.20`.
  const last = parseAddress(first?.family === 4 && /^\d{1,3}$/.test(to) ? from.replace(/\d+$/, to) : to);
  if (!first || !last || first.family !== last.family || first.value > last.value) return undefined;
  return { family: first.family, first: first.value, last: last.value };
}

function parseBlock(text: string, hostsOnly: boolean): Span | undefined {
  const [, written, length] = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = written === undefined ? undefined : parseAddress(written);
  if (!address) return undefined;
  const { family, value } = address;
  // ::ffff:10.0.0.0/120 means 10.0.0.0/24.
  const bits = length === undefined ? bitsOf[family] : Number(length) - (family === 4 && written!.includes(':') ? 96 : 0);
  if (bits < 0 || bits > bitsOf[family]) return undefined;
  const size = 1n << BigInt(bitsOf[family] - bits);
  const first = value - (value % size);
  const edge = hostsOnly && family === 4 && bits < 31 ? 1n : 0n;
  return { family, first: first + edge, last: first + size - 1n - edge };
}

/** Reads one address in its usual form; forms that programs read differently (`010.1`, `0x7f.1`, zones) are none. */
function parseAddress(text: string): { family: 4 | 6; value: bigint } | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return numbered(ipaddr.IPv4.parse(text));
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return numbered(address.isIPv4MappedAddress() ? address.toIPv4Address() : address);
}

function numbered(address: ipaddr.IPv4 | ipaddr.IPv6): { family: 4 | 6; value: bigint } {
  const value = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: address.kind() === 'ipv4' ? 4 : 6, value };
}

/** The greater one. `Math.max` takes no bigint. */
function later(a: bigint, b: bigint): bigint {
  return b > a ? b : a;
}

/** The same addresses in order, each once. */
export function merged(spans: readonly Span[]): Span[] {
  const ordered = [...spans].sort((a, b) => a.family - b.family || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const result: Span[] = [];
  for (const span of ordered) {
    const before = result.at(-1);
    if (before?.family === span.family && span.first <= before.last + 1n)
      result[result.length - 1] = { ...before, last: later(span.last, before.last) };
    else result.push(span);
  }
  return result;
}

/** What is in one of the first and in one of the second. */
export function common(some: readonly Span[], others: readonly Span[]): Span[] {
  return merged(
    some.flatMap(a =>
      others.flatMap(b => {
        if (a.family !== b.family) return [];
        const first = later(a.first, b.first);
        const last = a.last === later(a.last, b.last) ? b.last : a.last;
        return first <= last ? [{ family: a.family, first, last }] : [];
      }),
    ),
  );
}

/** What is in one of the first and in none of the second. */
export function without(some: readonly Span[], others: readonly Span[]): Span[] {
  let left = merged(some);
  for (const cut of others) {
    left = left.flatMap(span => {
      if (span.family !== cut.family || cut.last < span.first || cut.first > span.last) return [span];
      return [
        ...(cut.first > span.first ? [{ ...span, last: cut.first - 1n }] : []),
        ...(cut.last < span.last ? [{ ...span, first: cut.last + 1n }] : []),
      ];
    });
  }
  return left;
}

export function ofMachines(spans: readonly Span[]): Span[] {
  return without(spans, ofNoMachine);
}

/** How many addresses there are. */
export function sizeOf(spans: readonly Span[]): bigint {
  return spans.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

/** The first `most` addresses of them. */
export function firstOf(spans: readonly Span[], most: number): Span[] {
  const result: Span[] = [];
  let left = BigInt(most);
  for (const span of spans) {
    if (left === 0n) break;
    const size = span.last - span.first + 1n;
    result.push(size <= left ? span : { ...span, last: span.first + left - 1n });
    left -= size <= left ? size : left;
  }
  return result;
}

/** Every address, in order; whoever asks has bounded them. */
export function* addressesIn(spans: readonly Span[]): Generator<string> {
  for (const { family, first, last } of spans) for (let at = first; at <= last; at += 1n) yield addressText(family, at);
}

/** The fewest CIDRs that are just these addresses, in order. */
export function* cidrsOf(spans: readonly Span[]): Generator<string> {
  for (const { family, first, last } of spans) {
    for (let at = first; at <= last; ) {
      let size = 1n;
      let bits: number = bitsOf[family];
      while (bits > 0 && at % (size * 2n) === 0n && at + size * 2n - 1n <= last) {
        size *= 2n;
        bits -= 1;
      }
      yield `${addressText(family, at)}/${bits}`;
      at += size;
    }
  }
}

function addressText(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 0xffn).join('.');
  return ipaddr.fromByteArray(Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * (15 - i))) & 0xffn))).toString();
}
