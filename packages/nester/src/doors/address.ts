/** A socket's address as people write it: IPv4 in IPv6 clothes (`::ffff:192.0.2.7`) becomes IPv4, a zone (`%eth0`) goes. */
export function plainAddress(address: string | undefined): string {
  if (!address) return 'unknown';
  if (!address.includes(':')) return address;
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
}
