import { AppError } from '@aerie/contract';
import ipaddr from 'ipaddr.js';

/** A network by its canonical name, such as `192.0.2.0/24`. One address is a network too: `192.0.2.7/32`. */
export interface Network {
  readonly name: string;
  /** What all its addresses begin with; addresses of another length or beginning are not in it. */
  readonly key: string;
}

/** Reads an address or a network as people type it; throws `bad_address`. IPv4 in IPv6 clothes counts as IPv4. */
export function networkFrom(typed: string): Network {
  const [address, length, ...rest] = typed.trim().split('/') as [string, ...string[]];
  const parsed = parseAddress(address);
  if (!parsed || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length)))
    throw new AppError('bad_address', { address: typed });
  const { bytes, mapped } = parsed;
  const bits = bytes.length * 8;
  // `::ffff:192.0.2.0/120` is 192.0.2.0/24: the clothes are 96 bits long.
  const prefix = length === undefined ? bits : Number(length) - (mapped ? 96 : 0);
  if (prefix < 0 || prefix > bits) throw new AppError('bad_address', { address: typed });
  const first = masked(bytes, prefix);
  return { name: `${ipaddr.fromByteArray(first)}/${prefix}`, key: keyOf(first, prefix) };
}

/** Every network that holds an address, by key, for each of these lengths. None for what is not an address, such as `local`. */
export function keysOf(address: string, lengths: Iterable<number>): string[] {
  const parsed = parseAddress(address);
  if (!parsed) return [];
  const keys = [];
  for (const prefix of lengths) if (prefix <= parsed.bytes.length * 8) keys.push(keyOf(masked(parsed.bytes, prefix), prefix));
  return keys;
}

/** The length of a network's prefix. */
export function lengthOf({ name }: Network): number {
  return Number(name.slice(name.lastIndexOf('/') + 1));
}

/**
 * The shortest prefix that may be banned, in the family of a network. It is about the largest block that one holder has:
 * whoever disturbs comes from no wider one, and what is wider shuts out whole parts of the world, up to everybody.
 */
export function widestOf({ name }: Network): number {
  return name.includes(':') ? 16 : 8;
}

/** True when the address is in the network. */
export function holds(network: Network, address: string): boolean {
  return keysOf(address, [lengthOf(network)]).includes(network.key);
}

function parseAddress(text: string): { bytes: number[]; mapped: boolean } | undefined {
  const plain = text.replace(/%.*$/, '');
  // Four decimal numbers only: 010.0.0.1 and 127.1 mean different things to different programs.
  if (ipaddr.IPv4.isValidFourPartDecimal(plain)) return { bytes: ipaddr.IPv4.parse(plain).toByteArray(), mapped: false };
  if (!plain.includes(':') || !ipaddr.IPv6.isValid(plain)) return undefined;
  const six = ipaddr.IPv6.parse(plain);
  return six.isIPv4MappedAddress()
    ? { bytes: six.toIPv4Address().toByteArray(), mapped: true }
    : { bytes: six.toByteArray(), mapped: false };
}

function masked(bytes: readonly number[], prefix: number): number[] {
  return bytes.map((byte, i) => byte & (0xff << Math.max(0, Math.min(8, (i + 1) * 8 - prefix))) & 0xff);
}

function keyOf(bytes: readonly number[], prefix: number): string {
  return `${bytes.join('.')}/${prefix}`;
}
