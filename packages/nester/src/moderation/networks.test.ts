import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { holds, keysOf, lengthOf, networkFrom } from './networks.ts';

describe('a network as it is typed', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7/32'],
    [' 192.0.2.7/24 ', '192.0.2.0/24'],
    ['192.0.2.255/25', '192.0.2.128/25'],
    ['10.1.2.3/0', '0.0.0.0/0'],
    ['::ffff:192.0.2.7', '192.0.2.7/32'],
    ['::FFFF:C000:0207', '192.0.2.7/32'],
    ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1/128'],
    ['2001:db8:1:2:3:4:5:6/32', '2001:db8::/32'],
    ['2001:db8:8000::/33', '2001:db8:8000::/33'],
    ['fe80::1%eth0', 'fe80::1/128'],
  ])('%s is %s', (typed, name) => {
    expect(networkFrom(typed).name).toBe(name);
    expect(networkFrom(name)).toEqual(networkFrom(typed));
  });

  it.each([
    '',
    'somewhere',
    '192.0.2',
    '192.0.2.256',
    '127.1',
    '010.0.0.1',
    '0x7f.0.0.1',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/',
    '192.0.2.0/24/1',
    '192.0.2.0/2 4',
    '2001:db8::/129',
    '2001:db8:::1',
    '::ffff:192.0.2.7/95',
    '1',
  ])('%j is none', typed => {
    expect(() => networkFrom(typed)).toThrow(expect.objectContaining({ code: 'bad_address' }));
  });
});

describe('an address is in a network', () => {
  it('in every spelling, and not in the other family’s', () => {
    const network = networkFrom('192.0.2.0/24');
    for (const inside of ['192.0.2.0', '192.0.2.255', '::ffff:192.0.2.9', '::ffff:c000:209']) expect(holds(network, inside)).toBe(true);
    for (const outside of ['192.0.3.0', '2001:db8::1', 'local', 'unknown', '']) expect(holds(network, outside)).toBe(false);
    expect(holds(networkFrom('::/0'), '192.0.2.1')).toBe(false);
    expect(holds(networkFrom('fe80::/10'), 'fe80::1%eth0')).toBe(true);
  });

  const bytes = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }));
  const addressOf = (value: Uint8Array) => ipaddr.fromByteArray([...value]);

  it('exactly when a second opinion says so', () => {
    const pair = fc.oneof(
      fc.tuple(bytes, bytes),
      // Near each other: all bits the same up to a place.
      bytes.chain(one =>
        fc.tuple(
          fc.constant(one),
          fc.nat(one.length * 8 - 1).map(bit => one.map((byte, i) => (i === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte))),
        ),
      ),
    );
    fc.assert(
      fc.property(pair, fc.nat(128), ([one, other], length) => {
        const [a, b] = [addressOf(one), addressOf(other)];
        const isMapped = [a, b].some(address => address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress());
        fc.pre(!isMapped);
        const prefix = length % (one.length * 8 + 1);
        const network = networkFrom(`${a}/${prefix}`);
        expect(lengthOf(network)).toBe(prefix);
        const expected = a.kind() === b.kind() && b.match(a, prefix);
        expect(holds(network, b.toString())).toBe(expected);
        expect(keysOf(b.toString(), [prefix]).includes(network.key)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});
