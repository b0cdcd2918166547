import { execFile } from 'node:child_process';
import { isIP } from 'node:net';
import type { Path } from '@aerie/contract/reports';

const mostHops = 20;
const limitMs = 20_000;

type Hop = Path['hops'][number];

/** A program that finds the way to a host, and how its output is read. */
export interface PathFinder {
  hops(host: string, signal: AbortSignal): Promise<Hop[] | undefined>;
}

/** The means of this machine, the best first; undefined when it has none. */
export function pathFinder(find: (program: string) => string | undefined, mayBeRaw: boolean): PathFinder | undefined {
  const traceroute = find('traceroute');
  if (traceroute) return byProgram(traceroute, host => ['-n', '-q', '1', '-w', '2', '-m', String(mostHops), host], tracerouteHops);
  const nmap = mayBeRaw ? find('nmap') : undefined;
  if (nmap) return byProgram(nmap, host => ['-sn', '-n', '--traceroute', '-oX', '-', ...(isIP(host) === 6 ? ['-6'] : []), host], nmapHops);
  const ping = find('ping');
  return ping === undefined ? undefined : { hops: (host, signal) => pingHops(ping, host, signal) };
}

function byProgram(program: string, args: (host: string) => string[], read: (output: string) => Hop[]): PathFinder {
  return {
    async hops(host, signal) {
      const hops = read((await run(program, args(host), signal, limitMs)) ?? '');
      return hops.length === 0 ? undefined : hops.slice(0, mostHops);
    },
  };
}

/** One echo for each distance, until the host itself answers. */
async function pingHops(ping: string, host: string, signal: AbortSignal): Promise<Hop[] | undefined> {
  const until = performance.now() + limitMs;
  const hops: Hop[] = [];
  for (let ttl = 1; ttl <= mostHops && performance.now() < until && !signal.aborted; ttl += 1) {
    const begun = performance.now();
    const output = await run(ping, ['-n', '-c', '1', '-t', String(ttl), '-W', '1', host], signal, 3_000);
    if (output === undefined) return undefined;
    const hop = pingHop(output, performance.now() - begun);
    hops.push(hop);
    if (/\bbytes from\b/.test(output)) return trimmed(hops);
  }
  return trimmed(hops);
}

/** `From 192.0.2.1 icmp_seq=1 Time to live exceeded`, or the answer of the host itself. */
export function pingHop(output: string, tookMs: number): Hop {
  const [, address, rest] = /\b(?:from|From) ([0-9A-Fa-f:.]+?):? (.*)/.exec(output) ?? [];
  if (address === undefined || isIP(address) === 0) return { address: null, ms: null };
  const told = /time[=<]([\d.]+)/.exec(rest ?? '')?.[1];
  return { address, ms: round(told === undefined ? tookMs : Number(told)) };
}

/** ` 2  192.0.2.1  1.234 ms`, ` 3  *`. */
export function tracerouteHops(output: string): Hop[] {
  const hops: Hop[] = [];
  for (const line of output.split('\n')) {
    const [, number, rest] = /^\s*(\d{1,2})\s+(.*)$/.exec(line) ?? [];
    if (number === undefined) continue;
    const [, address, ms] = /^([0-9A-Fa-f:.]+)\s+([\d.]+) ms/.exec(rest!) ?? [];
    hops[Number(number) - 1] =
      address !== undefined && isIP(address) !== 0 ? { address, ms: round(Number(ms)) } : { address: null, ms: null };
  }
  return trimmed(hops);
}

/** `<hop ttl="1" ipaddr="192.0.2.1" rtt="0.21"/>`; hops that are silent are left out there. */
export function nmapHops(output: string): Hop[] {
  const hops: Hop[] = [];
  for (const [tag] of output.matchAll(/<hop [^<>]{0,300}>/g)) {
    const ttl = Number(/\bttl="(\d{1,2})"/.exec(tag)?.[1]);
    const address = /\bipaddr="([0-9A-Fa-f:.]+)"/.exec(tag)?.[1];
    const ms = Number(/\brtt="([\d.]+)"/.exec(tag)?.[1]);
    if (ttl >= 1 && ttl <= mostHops && address !== undefined && isIP(address) !== 0)
      hops[ttl - 1] = { address, ms: Number.isFinite(ms) ? round(ms) : null };
  }
  return trimmed(hops);
}

/** Without the silence behind the last that answered; a hop that was not named is a silent one. */
function trimmed(hops: readonly (Hop | undefined)[]): Hop[] {
  const last = hops.findLastIndex(hop => hop?.address != null);
  return Array.from({ length: last + 1 }, (_, i) => hops[i] ?? { address: null, ms: null });
}

/** Whether two ways are the same as far as both are known: a hop that keeps silent once is no other way. */
export function samePath(a: readonly Hop[], b: readonly Hop[]): boolean {
  return a.length === b.length && a.every(({ address }, i) => address === null || b[i]!.address === null || address === b[i]!.address);
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

/** What a program says within its time; undefined when it could not be run, or was not allowed to. */
function run(program: string, args: string[], signal: AbortSignal, timeout: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const options = { signal, timeout, killSignal: 'SIGKILL' as const, maxBuffer: 256 * 1024, env: { ...process.env, LC_ALL: 'C' } };
    execFile(program, args, options, (error, stdout) => resolve(stdout === '' && error ? undefined : stdout));
  });
}
