import type { Policy } from '@aerie/contract/reports';
import ipaddr from 'ipaddr.js';

/** Most addresses that one scan looks at. */
export const mostAddresses = 4_096;

/** A block of addresses; the address is the block's first. */
export interface Block {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  readonly bits: number;
}

/** Reads `10.0.0.0/24`, `10.0.0.7`, `fd00::/64`; undefined when it is none. Host bits are cut; IPv4 inside IPv6 is IPv4. */
export function parseBlock(text: string): Block | undefined {
  const [, written, length] = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const address = written === undefined ? undefined : parseAddress(written);
  if (!address) return undefined;
  const whole = bitsOf(address);
  let bits = length === undefined ? whole : Number(length);
  // ::ffff:10.0.0.0/120 means 10.0.0.0/24.
  if (length !== undefined && whole === 32 && written!.includes(':')) bits -= 96;
  if (bits < 0 || bits > whole) return undefined;
  const bytes = address.toByteArray().map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))) & 0xff);
  return { address: ipaddr.fromByteArray(bytes), bits };
}

/** Reads one address in its usual form; forms that programs read differently (`010.1`, `0x7f.1`, zones) are none. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function bitsOf(address: ipaddr.IPv4 | ipaddr.IPv6): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}

export function blockText({ address, bits }: Block): string {
  return `${address.toString()}/${bits}`;
}

/** Whether `outer` holds all of `inner`. */
function holds(outer: Block, inner: Block): boolean {
  if (outer.address.kind() !== inner.address.kind() || outer.bits > inner.bits) return false;
  const a = outer.address.toByteArray();
  const b = inner.address.toByteArray();
  return a.every((byte, i) => ((byte ^ b[i]!) & (0xff00 >> Math.min(8, Math.max(0, outer.bits - 8 * i))) & 0xff) === 0);
}

/** Whether a policy's ranges hold this address. */
export function mayTouch(ranges: readonly string[], address: string): boolean {
  const block = parseBlock(address);
  return block !== undefined && ranges.some(range => covers(range, block));
}

function covers(range: string, block: Block): boolean {
  const outer = parseBlock(range);
  return outer !== undefined && holds(outer, block);
}

/**
 * The part of what is asked that the ranges authorise: blocks nest or are apart, so the common part of two is the smaller.
 * What cannot be read authorises nothing. Blocks inside others are left out.
 */
export function authorised(asked: readonly string[], ranges: readonly string[]): Block[] {
  const allowed = ranges.map(parseBlock).filter(block => block !== undefined);
  const wanted = asked.map(parseBlock).filter(block => block !== undefined);
  const common = wanted.flatMap(one => allowed.flatMap(range => (holds(range, one) ? [one] : holds(one, range) ? [range] : [])));
  return common.filter((one, i) => !common.some((other, j) => i !== j && holds(other, one) && (other.bits < one.bits || j < i)));
}

/** Every address of the blocks, in order, at most `most`; addresses that stand for several machines or none are left out. */
export function addressesOf(blocks: readonly Block[], most: number = mostAddresses): { addresses: string[]; left: boolean } {
  const addresses: string[] = [];
  let looked = 0;
  for (const { address, bits } of blocks) {
    const bytes = address.toByteArray();
    const count = 2n ** BigInt(bytes.length * 8 - bits);
    // The first and the last of an IPv4 network are the network's own and the broadcast address.
    const isNetwork = bytes.length === 4 && bits < 31;
    const last = isNetwork ? count - 1n : count;
    for (let i = isNetwork ? 1n : 0n; i < last; i += 1n) {
      if (looked >= most) return { addresses, left: true };
      looked += 1;
      const one = plus(bytes, i);
      if (isOfOneMachine(one)) addresses.push(one.toString());
    }
  }
  return { addresses, left: false };
}

function isOfOneMachine(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (['unspecified', 'multicast', 'broadcast'].includes(address.range())) return false;
  return address.kind() === 'ipv6' || address.toByteArray()[0]! < 240;
}

function plus(bytes: readonly number[], offset: bigint): ipaddr.IPv4 | ipaddr.IPv6 {
  const sum = [...bytes];
  let carry = offset;
  for (let i = sum.length - 1; i >= 0 && carry > 0n; i -= 1) {
    carry += BigInt(sum[i]!);
    sum[i] = Number(carry & 0xffn);
    carry >>= 8n;
  }
  return ipaddr.fromByteArray(sum);
}

/** Whether two policies ask for the same scan, so that one that runs may go on. */
export function sameScan(a: Policy, b: Policy): boolean {
  return a.ports === b.ports && a.ranges.join() === b.ranges.join() && a.wanTargets.join() === b.wanTargets.join();
}
