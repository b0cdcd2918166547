import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { MissingFact, ReportedHost } from '@aerie/contract/reports';
import type { Findings, ScanRequest } from './findings.ts';
import { BadNmapOutput, hostsInNmapXml } from './nmap-xml.ts';
import { portsText } from './ports.ts';

const mostBytes = 64 * 1024 * 1024;

/** nmap could not do it; the sentence says why. */
export class NmapFailed extends Error {}

/** How nmap is to look. Everything in its command line comes from here. */
export interface NmapOptions {
  readonly family: 4 | 6;
  readonly ports: readonly number[];
  /** Whether it may send raw packets: half-open scan, and a guess at the system. */
  readonly raw: boolean;
}

/** The arguments of one nmap for all hosts, which it reads from its standard input. */
export function nmapArguments({ family, ports, raw }: NmapOptions): string[] {
  return [
    ...(family === 6 ? ['-6'] : []),
    '-n',
    ...(raw ? ['--privileged', '-sS', '-O', '--osscan-limit', '--max-os-tries', '1'] : ['--unprivileged', '-sT']),
    '-sV',
    '--version-light',
    '-T4',
    '--max-retries',
    '2',
    '--host-timeout',
    '300s',
    '-p',
    `T:${portsText(ports)}`,
    '--no-stylesheet',
    '-oX',
    '-',
    '-iL',
    '-',
  ];
}

/** Whether a program that we start may send raw packets: as root, or by an ambient CAP_NET_RAW (Linux; bit 13). */
export function maySendRaw(): boolean {
  try {
    const kind = process.getuid?.() === 0 ? 'CapEff' : 'CapAmb';
    const [, bits = '0'] = new RegExp(`^${kind}:\\s*([0-9a-f]+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return ((BigInt(`0x${bits}`) >> 13n) & 1n) === 1n;
  } catch {
    return process.getuid?.() === 0;
  }
}

/**
 * Scans with nmap: one process an address family, ended by `signal` or when it prints too much.
 * @throws NmapFailed
 */
export async function scanWithNmap(nmap: string, request: ScanRequest, raw: boolean): Promise<Findings> {
  const hosts: ReportedHost[] = [];
  for (const family of [4, 6] as const) {
    const addresses = request.addresses.filter(address => address.includes(':') === (family === 6));
    if (addresses.length === 0) continue;
    const xml = await runNmap(nmap, nmapArguments({ family, ports: request.ports, raw }), addresses, request.signal);
    hosts.push(...hostsOf(xml));
  }
  const asked = new Set(request.addresses);
  // What nmap prints is not ours: only what was asked counts.
  return { scanner: 'nmap', hosts: hosts.filter(host => asked.has(host.address)), missing: raw ? [] : withoutRaw(request.addresses) };
}

function hostsOf(xml: string): ReportedHost[] {
  try {
    return hostsInNmapXml(xml);
  } catch (error) {
    throw error instanceof BadNmapOutput ? new NmapFailed(error.message) : error;
  }
}

function withoutRaw(addresses: readonly string[]): MissingFact[] {
  const reason = 'nmap may not send raw packets: run the Harvester as root, or give its service CAP_NET_RAW';
  const missing: MissingFact[] = [{ fact: 'os', reason }];
  if (addresses.some(address => !isLoopback(address))) missing.push({ fact: 'mac', reason });
  return missing;
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function runNmap(nmap: string, args: readonly string[], addresses: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    // Killed by its own pid; never a shell. LC_ALL keeps its words the ones we know.
    const child = spawn(nmap, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
      env: { ...process.env, LC_ALL: 'C' },
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    let tooLong = false;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
      else if (!tooLong) {
        tooLong = true;
        child.kill('SIGKILL');
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('utf8')).slice(-2_000);
    });
    let failure: Error | undefined;
    child.on('error', error => {
      failure = error;
      if (child.pid === undefined) reject(new NmapFailed(`nmap does not start: ${error.message}`));
    });
    child.on('close', (code, by) => {
      if (signal.aborted) reject(new NmapFailed('nmap was ended before it was done'));
      else if (tooLong) reject(new NmapFailed('nmap printed more than 64 MiB'));
      else if (by) reject(new NmapFailed(`nmap was killed (${by})`));
      else if (code !== 0) reject(new NmapFailed(`nmap failed: ${lastLine(complaint) ?? failure?.message ?? `exit code ${code}`}`));
      else resolve(Buffer.concat(chunks).toString('utf8'));
    });
    // An nmap that is gone does not read: its end says why.
    child.stdin.on('error', () => {});
    child.stdin.end(`${addresses.join('\n')}\n`);
  });
}

/** What nmap complains of comes before its word that it quits. */
function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && line !== 'QUITTING!')
    .at(-1)
    ?.slice(0, 200);
}
