import { firstPolicy } from '@aerie/contract/reports';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { allowedBy, faultOf, isTarget, mayTouch, networkOf, sameScan } from './policy.ts';
import { addressesIn, cidrsOf, merged, parseSpan, sizeOf } from './policy-spans.ts';

const octet = fc.nat(255);
/** Few different bytes, so that blocks meet often. */
const byte = fc.constantFrom(0, 1, 10, 127, 128, 192, 255);
const v4 = fc.tuple(byte, byte, octet, octet).map(bytes => bytes.join('.'));
const near = fc.tuple(octet, fc.nat(40)).map(([last, more]) => `10.1.1.${last}-${Math.min(255, last + more)}`);
const v6 = fc.array(fc.constantFrom('0', '1', 'fd00', 'ffff'), { minLength: 8, maxLength: 8 }).map(words => words.join(':'));
const cidr = fc.oneof(
  fc.tuple(v4, fc.integer({ min: 16, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(v6, fc.integer({ min: 100, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
);
const small = fc.tuple(octet, fc.integer({ min: 24, max: 32 })).map(([last, bits]) => `10.1.1.${last}/${bits}`);
const junk = fc.oneof(
  fc.string(),
  fc.constantFrom('0x7f.1/8', '10.1', '010.0.0.1', '10.0.0.0/33', '10.0.0.0/-1', 'fe80::1%eth0', '*', '1.2.3.4/8/8', '10.0.0.9-2'),
);
const list = fc.array(fc.oneof({ weight: 4, arbitrary: cidr }, { weight: 1, arbitrary: near }, { weight: 1, arbitrary: junk }), {
  maxLength: 6,
});
const close = fc.array(fc.oneof(small, near), { maxLength: 5 });

const policy = (ranges: readonly string[], exclude: readonly string[] = [], maxHosts = 4_096) => ({
  ranges: [...ranges],
  exclude: [...exclude],
  maxHosts,
});

/** Another library's opinion of whether an address is in a range. */
function inside(range: string, address: string): boolean {
  if (!ipaddr.isValidCIDR(range)) return false;
  const [network, bits] = ipaddr.parseCIDR(range);
  const parsed = ipaddr.parse(address);
  return network.kind() === parsed.kind() && parsed.match(network, bits);
}

/** What a range of a /24 holds, worked out the plain way. */
function plain(text: string): Set<number> {
  const [, from, to] = /^10\.1\.1\.(\d+)-(\d+)$/.exec(text) ?? [];
  const all = Array.from({ length: 256 }, (_, i) => i);
  return new Set(from ? all.filter(i => i >= Number(from) && i <= Number(to)) : all.filter(i => inside(text, `10.1.1.${i}`)));
}

describe('what a probe may touch', () => {
  test('is never outside the ranges, whatever is asked', () => {
    fc.assert(
      fc.property(list, list, (asked, ranges) => {
        for (const address of allowedBy(policy(ranges, [], 300), asked).addresses) {
          expect(mayTouch(policy(ranges), address) && mayTouch(policy(asked), address)).toBe(true);
          // IPv4 inside IPv6 is IPv4 to us, and not to the other library; spans it does not know.
          if (ranges.every(range => !/^(0+:){5}ffff:|::ffff|-/i.test(range)))
            expect(ranges.some(range => inside(range, address))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is just what is asked, allowed and not excluded, each once', () => {
    fc.assert(
      fc.property(close, close, close, (asked, ranges, exclude) => {
        const of = (texts: readonly string[]) => new Set(texts.flatMap(text => [...plain(text)]));
        const [a, r, e] = [of(asked), of(ranges), of(exclude)];
        const expected = [...a].filter(i => r.has(i) && !e.has(i));
        const { addresses, targets } = allowedBy(policy(ranges, exclude), asked);
        expect(new Set(addresses).size).toBe(addresses.length);
        const found = new Set(addresses.map(address => Number(address.split('.')[3])));
        for (const i of found) expect(expected).toContain(i);
        // The first and last address of a network, written as a CIDR, is nobody's.
        const edges = [...asked, ...ranges]
          .filter(text => text.includes('/'))
          .flatMap(text => [Math.min(...plain(text)), Math.max(...plain(text))]);
        for (const i of expected) if (!edges.includes(i)) expect(found).toContain(i);
        expect(new Set(targets.flatMap(target => [...plain(target)]))).toEqual(new Set(expected));
      }),
      { numRuns: 60 },
    );
  });

  test('is nothing when nothing is allowed or nothing can be read', () => {
    const none = { addresses: [], targets: [], left: 0n };
    expect(allowedBy(policy([]), ['10.0.0.0/8'])).toEqual(none);
    expect(allowedBy(policy(['everything', '0.0.0.0/99', '']), ['10.0.0.0/8'])).toEqual(none);
    expect(allowedBy(policy(['127.0.0.0/8']), ['localhost', '127.1'])).toEqual(none);
  });

  test('is nothing when an exclusion cannot be read', () => {
    expect(allowedBy(policy(['10.0.0.0/30'], ['10.0.0.l'])).addresses).toEqual([]);
    expect(mayTouch(policy(['10.0.0.0/30'], ['10.0.0.l']), '10.0.0.1')).toBe(false);
  });

  test('is one address only, never a network or a broadcast', () => {
    const range = policy(['10.0.0.0/24', '10.1.0.0/31'], ['10.0.0.9']);
    expect(['10.0.0.1', '10.1.0.0', '::ffff:10.0.0.1'].every(address => mayTouch(range, address))).toBe(true);
    for (const address of ['10.0.0.0', '10.0.0.255', '10.0.0.9', '10.0.0.1/32', '10.0.0.1-2', '10.0.1.1', 'example.org', ''])
      expect(mayTouch(range, address)).toBe(false);
  });

  test('is loopback before the site has said anything', () => {
    expect(allowedBy(firstPolicy)).toEqual({ addresses: ['127.0.0.1'], targets: ['127.0.0.1/32'], left: 0n });
    expect(firstPolicy.wanTargets).toEqual([]);
  });
});

describe('the addresses of a range', () => {
  const of = (...ranges: string[]) => allowedBy(policy(ranges)).addresses;

  test('are those of its machines', () => {
    expect(of('10.0.0.0/30')).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(of('10.0.0.8/31')).toEqual(['10.0.0.8', '10.0.0.9']);
    expect(of('10.0.0.255/32')).toEqual(['10.0.0.255']);
    expect(of('10.0.0.254-10.0.1.1')).toEqual(['10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1']);
    expect(of('fd00::/127')).toEqual(['fd00::', 'fd00::1']);
    expect(of('10.0.0.129/23')).toHaveLength(510);
  });

  test('are none for groups of machines', () => {
    expect(of('224.0.0.1/32', '255.255.255.255/32', '0.0.0.0/32', 'ff02::1/128', '240.0.0.1/32')).toEqual([]);
  });

  test('are so many at most, and how many are left out is said', () => {
    const wide = policy(['10.0.0.0/8', 'fd00::/64'], ['10.0.0.2'], 5);
    const { addresses, targets, left } = allowedBy(wide);
    expect(addresses).toEqual(['10.0.0.1', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
    expect(targets).toEqual(['10.0.0.1/32', '10.0.0.3/32', '10.0.0.4/31', '10.0.0.6/32']);
    expect(left).toBe(2n ** 24n - 2n - 1n + 2n ** 64n - 5n);
  });

  test('are counted once where ranges overlap', () => {
    expect(of('10.0.0.0/29', '10.0.0.0/30', '10.0.0.2', '10.0.0.1-3', '10.0.0.0/29')).toHaveLength(6);
  });
});

describe('reading a range', () => {
  test.each([
    ['10.1.2.3/24', '10.1.2.0/24'],
    ['10.1.2.3', '10.1.2.3/32'],
    [' fd00::1:2/112 ', 'fd00::1:0/112'],
    ['::ffff:10.0.0.7', '10.0.0.7/32'],
    ['::ffff:10.0.0.7/120', '10.0.0.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
  ])('%s is %s', (text, block) => {
    expect(networkOf(text)).toBe(block);
  });

  test.each([
    '',
    '10.0.0.0/33',
    'fd00::/129',
    '::ffff:10.0.0.0/90',
    '10.0.0',
    '010.0.0.1',
    '0x0a.0.0.1',
    'fe80::1%lo',
    'a.b.c.d',
    '10.0.0.0/24,',
    '10.0.0.5-4',
    '10.0.0.5-256',
    '10.0.0.5-fd00::1',
    '10.0.0.0/24-10.0.1.0/24',
    '-10.0.0.5',
  ])('%j is none', text => {
    expect(isTarget(text)).toBe(false);
  });

  test('a span is just its CIDRs', () => {
    fc.assert(
      fc.property(near, text => {
        const span = parseSpan(text)!;
        const blocks = [...cidrsOf([span])].map(block => parseSpan(block)!);
        expect(merged(blocks)).toEqual([span]);
        expect(sizeOf(blocks)).toBe(BigInt([...addressesIn([span])].length));
      }),
    );
  });
});

describe('a policy', () => {
  test('that cannot be followed says why', () => {
    expect(faultOf(firstPolicy)).toBeUndefined();
    expect(faultOf({ ...firstPolicy, ranges: ['10.0.0.0/33'] })).toContain('"10.0.0.0/33"');
    expect(faultOf({ ...firstPolicy, exclude: ['x'] })).toContain('exclusion "x"');
    expect(faultOf({ ...firstPolicy, ports: '80,70000' })).toContain('ports');
    expect(faultOf({ ...firstPolicy, udpPorts: '9-3' })).toContain('UDP ports');
    const windows = [{ days: [1], from: '22:00', to: '06:00' }];
    expect(faultOf({ ...firstPolicy, windows, zone: 'Mars/Base' })).toContain('"Mars/Base"');
    expect(faultOf({ ...firstPolicy, windows, zone: 'Europe/Paris' })).toBeUndefined();
  });

  test('that only beats otherwise asks for the same scan', () => {
    expect(sameScan(firstPolicy, { ...firstPolicy, version: 9, heartbeatMs: 1_000 })).toBe(true);
    for (const change of [
      { exclude: ['127.0.0.1'] },
      { udpPorts: '53' },
      { maxHosts: 1 },
      { packetsPerSecond: 10 },
      { zone: 'Europe/Paris' },
    ])
      expect(sameScan(firstPolicy, { ...firstPolicy, ...change })).toBe(false);
  });
});
