import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address in its one spelling; undefined when it is none. `127.1` and `0x7f.1`, which programs read differently, are none. */
export function plainSpelling(address: string): string | undefined {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return undefined;
  return family === 4 ? address : ipaddr.process(address).toString();
}

/** The order in which people read addresses. One collator for all: to make one for each two takes seconds in a large report. */
export const byAddress: (a: string, b: string) => number = new Intl.Collator('en', { numeric: true }).compare;

/** Tests that were made before: each report of a site asks for the same one. The oldest go first. */
const tests = new Map<string, (address: string) => boolean>();
const testsKept = 2_000;

/** A test for being inside any of some CIDRs or addresses; what cannot be read holds nothing. */
export function insideOf(ranges: readonly string[]): (address: string) => boolean {
  // No range that can be read holds a space.
  const key = ranges.join(' ');
  let test = tests.get(key);
  if (!test) {
    test = testOf(ranges);
    tests.set(key, test);
    if (tests.size > testsKept) tests.delete(tests.keys().next().value!);
  }
  return test;
}

function testOf(ranges: readonly string[]): (address: string) => boolean {
  const blocks = ranges.flatMap(range => {
    const text = range.includes('/') ? range : `${range}/${isIP(range) === 6 ? 128 : 32}`;
    return ipaddr.isValidCIDR(text) ? [ipaddr.parseCIDR(text)] : [];
  });
  return address => {
    const parsed = ipaddr.parse(address);
    return blocks.some(([network, length]) => network.kind() === parsed.kind() && parsed.match(network, length));
  };
}

/** A hardware address that its maker gave. Those that a telephone invents, and groups, do not tell a device again. */
export function isLastingMac(mac: string | null): mac is string {
  if (mac === null || mac === '00:00:00:00:00:00') return false;
  return (Number.parseInt(mac.slice(0, 2), 16) & 0b11) === 0;
}
