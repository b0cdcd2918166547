import { readFileSync } from 'node:fs';

/** Flags of a route that holds, and leads through a router. */
const up = 0x1;
const throughRouter = 0x2;

/** The routers of this machine's default routes, as the kernel shows them: IPv4 before IPv6, each the one that is preferred. */
export function defaultGateways(read: (path: string) => string = path => readFileSync(path, 'utf8')): string[] {
  return [best(ipv4Routes(textOf('/proc/net/route', read))), best(ipv6Routes(textOf('/proc/net/ipv6_route', read)))].filter(
    address => address !== undefined,
  );
}

interface Route {
  address: string;
  metric: number;
}

/** `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses as hexadecimal in the machine's order of bytes. */
function ipv4Routes(text: string): Route[] {
  return text
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, destination, , flags, , , , mask]) => destination === '00000000' && mask === '00000000' && isThroughRouter(flags))
    .map(([, , gateway, , , , metric]) => ({
      address: gateway!
        .match(/../g)!
        .map(byte => Number.parseInt(byte, 16))
        .reverse()
        .join('.'),
      metric: Number(metric),
    }));
}

/** `destination length source length gateway metric refcount use flags interface`, all hexadecimal. */
function ipv6Routes(text: string): Route[] {
  return text
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([destination, length, , , , , , , flags]) => /^0{32}$/.test(destination!) && length === '00' && isThroughRouter(flags))
    .map(([, , , , gateway, metric, , , , device]) => {
      const address = shortened(gateway!);
      return { address: address.startsWith('fe80:') ? `${address}%${device}` : address, metric: Number.parseInt(metric!, 16) };
    });
}

function isThroughRouter(flags: string | undefined): boolean {
  return (Number.parseInt(flags ?? '', 16) & (up | throughRouter)) === (up | throughRouter);
}

function shortened(hex: string): string {
  // A URL writes an IPv6 address in its shortest form.
  return new URL(`http://[${hex.match(/.{4}/g)!.join(':')}]`).hostname.slice(1, -1);
}

function best(routes: readonly Route[]): string | undefined {
  return routes.toSorted((a, b) => a.metric - b.metric)[0]?.address;
}

function textOf(path: string, read: (path: string) => string): string {
  try {
    return read(path);
  } catch {
    // Another system than Linux, or one that hides it: the router is then not known.
    return '';
  }
}
