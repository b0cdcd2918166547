import { type Facts, factsOfNmap } from './facts.ts';
import type { Lan } from './lab/lan.ts';

export interface OldWay {
  /** Of a whole pass; scaled when not all hosts were scanned. */
  seconds: number;
  hostsFound: number;
  hostsScanned: number;
  facts: Facts;
}

interface OldHow {
  ports: string;
  core: number | undefined;
  withoutNames: boolean;
  /** At most so many hosts are scanned, evenly chosen. */
  mostHosts: number;
}

/**
 * A pass of the probe that Aerie replaces: `nmap -sn` of the network, names looked up; then, host by host, one nmap each for
 * ports, versions and system.
 */
export async function scanTheOldWay(lan: Lan, { ports, core, withoutNames, mostHosts }: OldHow): Promise<OldWay> {
  const nmap = async (...args: string[]) => {
    const { code, stdout, stderr, seconds } = await lan.run(['nmap', ...args, '-oX', '-'], { core, withoutNames });
    if (code !== 0) throw new Error(`nmap ${args.join(' ')} failed:\n${stderr.slice(-2_000)}`);
    return { seconds, facts: factsOfNmap(stdout) };
  };
  const discovery = await nmap('-sn', lan.cidr);
  const found = [...discovery.facts.keys()].filter(address => address !== lan.ownAddress);
  const scanned = evenly(found, mostHosts);
  const facts: Facts = new Map();
  let seconds = 0;
  for (const address of scanned) {
    const one = await nmap('-p', ports, '--open', '-sT', '-sV', '-O', '-Pn', '-T4', address);
    seconds += one.seconds;
    // Without open ports, --open leaves the host out.
    facts.set(address, one.facts.get(address) ?? { ports: new Map(), os: undefined });
  }
  const scale = scanned.length === 0 ? 0 : found.length / scanned.length;
  return { seconds: discovery.seconds + seconds * scale, hostsFound: found.length, hostsScanned: scanned.length, facts };
}

function evenly<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / most)]!);
}
