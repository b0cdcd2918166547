import { isIPv4, isIPv6 } from 'node:net';
import { hostname } from 'node:os';

/** Where to listen. */
export interface ListenAddress {
  host: string;
  port: number;
}

/** `127.0.0.1:5000`, `[::1]:0`, `localhost:5000`; undefined when it is none of these. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, inBrackets, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = inBrackets ?? plain;
  if (host === undefined || Number(port) > 65_535 || (inBrackets !== undefined && !isIPv6(inBrackets))) return undefined;
  return { host, port: Number(port) };
}

/** `127.0.0.1:5000`, `[::1]:5000` */
export function addressText({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether only this machine can reach what listens there. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Whether a request was meant for this machine, by its `Host` header. A page of somebody else's name that was made to point
 * here (DNS rebinding) has that name in it; an address cannot be made to point elsewhere.
 */
export function isOwnHost(header: string | undefined, listening: string, machine: string = hostname()): boolean {
  const [, inBrackets, plain] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header ?? '') ?? [];
  if (inBrackets !== undefined) return isIPv6(inBrackets);
  if (plain === undefined) return false;
  const name = plain.toLowerCase();
  const own = machine.toLowerCase();
  return isIPv4(name) || ['localhost', listening.toLowerCase(), own, own.split('.')[0]!, `${own.split('.')[0]}.local`].includes(name);
}
