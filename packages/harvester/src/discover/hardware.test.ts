import { describe, expect, test } from 'vitest';
import { isRandomMac, neighboursIn, ownMacs, readNeighbours } from './neighbours.ts';
import { readVendors, vendorsIn } from './vendors.ts';

const table = `IP address       HW type     Flags       HW address            Mask     Device
10.0.0.1         0x1         0x2         3C:D9:2B:00:10:01     *        eth0
10.0.0.2         0x1         0x0         00:00:00:00:00:00     *        eth0
10.0.0.3         0x1         0x6         b8:27:eb:00:00:03     *        eth0
10.0.0.4         0x1         0x2         00:00:00:00:00:00     *        eth0
10.0.0.5         0x1         0x2         *                     *        wg0

`;

describe('the kernel’s table of neighbours', () => {
  test('gives the hardware addresses of those that answered', () => {
    expect([...neighboursIn(table)]).toEqual([
      ['10.0.0.1', '3c:d9:2b:00:10:01'],
      ['10.0.0.3', 'b8:27:eb:00:00:03'],
    ]);
    expect(neighboursIn('').size).toBe(0);
    expect(readNeighbours('/nowhere').size).toBe(0);
  });

  test('lacks this machine itself, which knows its own', () => {
    const one = { address: '10.0.0.9', netmask: '', family: 'IPv4' as const, mac: '02:00:00:00:00:09', internal: false, cidr: null };
    expect([...ownMacs({ eth0: [one], lo: [{ ...one, address: '127.0.0.1', internal: true }] })]).toEqual([['10.0.0.9', one.mac]]);
  });
});

test.each([
  ['3c:d9:2b:00:10:01', false],
  ['da:a1:19:00:00:01', true],
  ['02:00:00:00:00:01', true],
  // A group is nobody's.
  ['03:00:00:00:00:01', false],
])('whether a device made up %s itself', (mac, isRandom) => {
  expect(isRandomMac(mac)).toBe(isRandom);
});

describe('the maker of a network card', () => {
  const vendorOf = vendorsIn('# comment\n3CD92B Hewlett Packard\n0050C2 IEEE\n0050C2001 JMBS \u202eDeveloppements\n70B3D5F Some\n');

  test.each([
    ['3c:d9:2b:00:10:01', 'Hewlett Packard'],
    ['00:50:c2:00:10:00', 'JMBS Developpements'],
    ['00:50:c2:ff:00:00', 'IEEE'],
    ['70:b3:d5:f0:00:00', 'Some'],
    ['ff:00:00:00:00:00', null],
  ])('of %s', (mac, vendor) => {
    expect(vendorOf(mac)).toBe(vendor);
  });

  test('is not known where there is no list', () => {
    expect(readVendors(['/nowhere'])).toBeUndefined();
  });
});
