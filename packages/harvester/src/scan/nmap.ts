import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { ReportedHost } from '@aerie/contract/reports';
import { BadNmapOutput, NmapReader } from './nmap-xml.ts';
import { portsText } from './ports.ts';

/** More than this is no scan: the output of one that is whole is a small part of it. */
const mostLetters = 256 * 1024 * 1024;
/** nmap says every two seconds how far it is; only a look at systems is silent for longer. */
const hangsAfterMs = 180_000;

/** What nmap is to do with hosts that it reads from its standard input. */
export type NmapTask =
  | { readonly do: 'discover' }
  | { readonly do: 'ports' | 'systems' | 'udp'; readonly ports: readonly number[] }
  /** `probes` is a file of probes in place of nmap's own. */
  | { readonly do: 'services'; readonly ports: readonly number[]; readonly probes?: string };

export interface NmapMeans {
  /** Where nmap is. */
  readonly nmap: string;
  /** Whether it may send raw packets: half-open scans, ARP, a guess at the system. */
  readonly raw: boolean;
  readonly packetsPerSecond: number;
  readonly family: 4 | 6;
}

/** Ports that some machine of every kind answers on, open or closed: asked to find out who is there. */
export const knockPorts = [22, 80, 135, 443, 445, 3389, 8080, 9100] as const;

/** Everything in nmap's command line comes from here: typed options, never a free text. */
export function nmapArguments(task: NmapTask, { raw, packetsPerSecond, family }: Omit<NmapMeans, 'nmap'>): string[] {
  return [
    ...(family === 6 ? ['-6'] : []),
    '-n',
    raw ? '--privileged' : '--unprivileged',
    ...taskArguments(task, raw),
    ...['-T4', '--max-rate', String(packetsPerSecond)],
    // Most addresses have nobody, and a firewall says nothing either: nmap must not take their silence for a network that is
    // overburdened. Closed UDP ports are slow to say so, by a limit of their own.
    ...(task.do === 'udp' ? [] : ['--min-rate', String(Math.min(packetsPerSecond, task.do === 'discover' ? 1_000 : 300))]),
    ...['--no-stylesheet', '--stats-every', '2s', '-oX', '-', '-iL', '-'],
  ];
}

function taskArguments(task: NmapTask, raw: boolean): string[] {
  switch (task.do) {
    case 'discover':
      // On its own network nmap asks by ARP; what is behind a router answers one of these.
      return raw ? ['-sn', '-PE', '-PS22,443,445', '-PA80', ...patience] : ['-sn', `-PS${knockPorts.join(',')}`, ...morePatience];
    case 'ports':
      return [raw ? '-sS' : '-sT', '-Pn', ...many, '--max-retries', '2', '-p', `T:${portsText(task.ports)}`];
    case 'udp':
      return ['-sU', '-Pn', ...many, '--max-retries', '1', '-p', `U:${portsText(task.ports)}`];
    case 'systems':
      return [
        '-sS',
        '-O',
        '--osscan-guess',
        '--max-os-tries',
        '1',
        '-Pn',
        ...many,
        '--max-retries',
        '2',
        '-p',
        `T:${portsText(task.ports)}`,
      ];
    case 'services':
      return [
        ...[raw ? '-sS' : '-sT', '-sV', ...(task.probes === undefined ? [] : ['--versiondb', task.probes]), '-Pn', ...many],
        // Services answer slowly and cost little: many side by side.
        ...['--min-parallelism', '50', '--max-retries', '2', '-p', `T:${portsText(task.ports)}`],
      ];
  }
}

/** Three attempts; a first answer may take 300 ms, and a site behind a slow line gets more. */
const patience = ['--max-retries', '2', '--initial-rtt-timeout', '300ms', '--max-rtt-timeout', '800ms'];
/** A connection comes after an ARP of the kernel's own. */
const morePatience = ['--max-retries', '2', '--initial-rtt-timeout', '600ms', '--max-rtt-timeout', '1500ms'];
/** All hosts side by side; one that never comes to an end is left. */
const many = ['--min-hostgroup', '64', '--host-timeout', '300s'];

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

interface NmapWatch {
  readonly signal: AbortSignal;
  /** Each host as soon as it is whole. */
  host(host: ReportedHost): void;
  progress?(percent: number): void;
  hangsAfterMs?: number;
  /** Others that run beside it get the processor first. */
  yields?: boolean;
}

/**
 * Runs one nmap over all these addresses of one family. What it said before it was ended, killed or found to hang has been
 * handed on.
 * @returns why it did not come to its end; undefined when it did
 */
export function runNmap(task: NmapTask, means: NmapMeans, addresses: readonly string[], watch: NmapWatch): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  // Killed by its own pid; never a shell. LC_ALL keeps its words the ones we know.
  const child = spawn(means.nmap, nmapArguments(task, means), {
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: watch.signal,
    killSignal: 'SIGKILL',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (watch.yields) yieldTo(child.pid);
  const asked = new Set(addresses);
  let letters = 0;
  let complaint = '';
  let failure: string | undefined;
  const giveUp = (reason: string) => {
    failure ??= reason;
    child.kill('SIGKILL');
  };
  const quiet = setTimeout(() => giveUp('nmap hung and was ended'), watch.hangsAfterMs ?? hangsAfterMs);
  const reader = new NmapReader({
    // What nmap prints is not ours: only what was asked counts, and each host once.
    host: host => asked.delete(host.address) && watch.host(host),
    progress: watch.progress,
  });
  const guarded = (read: () => void) => {
    if (failure !== undefined) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof BadNmapOutput)) throw error;
      giveUp(error.message);
    }
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    quiet.refresh();
    letters += text.length;
    if (letters > mostLetters) giveUp('nmap printed more than 256 MiB');
    else guarded(() => reader.write(text));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  child.on('error', error => {
    if (child.pid !== undefined) return;
    clearTimeout(quiet);
    resolve(`nmap does not start: ${error.message}`);
  });
  child.on('close', (code, by) => {
    clearTimeout(quiet);
    if (watch.signal.aborted) failure ??= 'nmap was ended before it was done';
    else if (by) failure ??= `nmap was killed (${by})`;
    else if (code !== 0) failure ??= `nmap failed: ${lastLine(complaint) ?? `exit code ${code}`}`;
    guarded(() => reader.end());
    resolve(failure);
  });
  // An nmap that is gone does not read: its end says why.
  child.stdin.on('error', () => {});
  child.stdin.end(`${addresses.join('\n')}\n`);
  return promise;
}

function yieldTo(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, 10);
  } catch {
    // It is gone already, or may not be touched: then it takes its share.
  }
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
