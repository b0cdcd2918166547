import { firstPolicy } from '@aerie/contract/reports';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { addressesOf, authorised, blockText, mayTouch, mostAddresses, parseBlock } from './policy.ts';

const octet = fc.nat(255);
/** Few different bytes, so that blocks meet often. */
const byte = fc.constantFrom(0, 1, 10, 127, 128, 192, 255);
const v4 = fc.tuple(byte, byte, octet, octet).map(bytes => bytes.join('.'));
const v6 = fc.array(fc.constantFrom('0', '1', 'fd00', 'ffff'), { minLength: 8, maxLength: 8 }).map(words => words.join(':'));
const cidr = fc.oneof(
  fc.tuple(v4, fc.integer({ min: 16, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(v6, fc.integer({ min: 100, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
);
const junk = fc.oneof(
  fc.string(),
  fc.constantFrom('0x7f.1/8', '10.1', '010.0.0.1', '10.0.0.0/33', '10.0.0.0/-1', 'fe80::1%eth0', '*', '1.2.3.4/8/8'),
);
const list = fc.array(fc.oneof({ weight: 4, arbitrary: cidr }, { weight: 1, arbitrary: junk }), { maxLength: 6 });

/** Another library's opinion of whether an address is in a range. */
function inside(range: string, address: string): boolean {
  if (!ipaddr.isValidCIDR(range)) return false;
  const [network, bits] = ipaddr.parseCIDR(range);
  const parsed = ipaddr.parse(address);
  return network.kind() === parsed.kind() && parsed.match(network, bits);
}

describe('what a probe may touch', () => {
  test('is never outside the ranges, whatever is asked', () => {
    fc.assert(
      fc.property(list, list, (asked, ranges) => {
        for (const address of addressesOf(authorised(asked, ranges), 300).addresses) {
          // IPv4 inside IPv6 is IPv4 to us, and not to the other library.
          expect(mayTouch(ranges, address) && mayTouch(asked, address)).toBe(true);
          const plain = ranges.filter(range => !/^(0+:){5}ffff:/i.test(range) && !range.includes('::ffff'));
          if (plain.length === ranges.length) expect(ranges.some(range => inside(range, address))).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is all of what is asked inside the ranges, each once', () => {
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 4 }), fc.array(cidr, { maxLength: 4 }), v4, (asked, ranges, address) => {
        const blocks = authorised(asked, ranges).map(blockText);
        const wanted = asked.some(range => inside(range, address)) && ranges.some(range => inside(range, address));
        expect(blocks.filter(block => inside(block, address))).toHaveLength(wanted ? 1 : 0);
      }),
    );
  });

  test('is nothing when nothing is allowed or nothing can be read', () => {
    expect(authorised(['10.0.0.0/8'], [])).toEqual([]);
    expect(authorised(['10.0.0.0/8'], ['everything', '0.0.0.0/99', ''])).toEqual([]);
    expect(authorised(['localhost', '127.1'], ['127.0.0.0/8'])).toEqual([]);
  });

  test('is loopback before the site has said anything', () => {
    expect(addressesOf(authorised(firstPolicy.ranges, firstPolicy.ranges))).toEqual({ addresses: ['127.0.0.1'], left: false });
    expect(firstPolicy.wanTargets).toEqual([]);
  });
});

describe('the addresses of a range', () => {
  const of = (...ranges: string[]) => addressesOf(authorised(ranges, ranges)).addresses;

  test('are those of its machines', () => {
    expect(of('10.0.0.0/30')).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(of('10.0.0.8/31')).toEqual(['10.0.0.8', '10.0.0.9']);
    expect(of('10.0.0.255/32')).toEqual(['10.0.0.255']);
    expect(of('fd00::/127')).toEqual(['fd00::', 'fd00::1']);
    expect(of('10.0.0.129/23')).toHaveLength(510);
  });

  test('are none for groups of machines', () => {
    expect(of('224.0.0.1/32', '255.255.255.255/32', '0.0.0.0/32', 'ff02::1/128', '240.0.0.1/32')).toEqual([]);
  });

  test('are 4,096 at most, and what is left out is said', () => {
    const { addresses, left } = addressesOf(authorised(['10.0.0.0/8', 'fd00::/64'], ['0.0.0.0/0', '::/0']));
    expect(addresses).toHaveLength(mostAddresses);
    expect(left).toBe(true);
  });

  test('are counted once where ranges overlap', () => {
    expect(of('10.0.0.0/29', '10.0.0.0/30', '10.0.0.2', '10.0.0.0/29')).toHaveLength(6);
  });
});

describe('reading a range', () => {
  test.each([
    ['10.1.2.3/24', '10.1.2.0/24'],
    ['10.1.2.3', '10.1.2.3/32'],
    [' fd00::1:2/112 ', 'fd00::1:0/112'],
    ['::ffff:10.0.0.7', '10.0.0.7/32'],
    ['::ffff:10.0.0.7/120', '10.0.0.0/24'],
  ])('%s is %s', (text, block) => {
    expect(blockText(parseBlock(text)!)).toBe(block);
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
  ])('%j is none', text => {
    expect(parseBlock(text)).toBeUndefined();
  });
});
