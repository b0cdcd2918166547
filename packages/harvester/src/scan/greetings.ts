import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Ports where, by custom, whoever connects speaks first: web, printing, streaming, directories, data bases. Not those of mail
 * inside TLS, whose servers greet.
 */
const silentPorts = new Set([
  ...[53, 79, 80, 81, 88, 111, 135, 139, 389, 443, 445, 502, 515, 554, 591, 631, 636, 1433, 1883, 2049, 2375, 2376, 3000, 3128, 3268],
  ...[3269, 3389, 4443, 5000, 5001, 5060, 5061, 5357, 5432, 5601, 5985, 5986, 6379, 6443, 8000, 8006, 8008, 8080, 8081, 8088, 8090],
  ...[8443, 8554, 8883, 8888, 9000, 9090, 9100, 9200, 9443, 10_000, 10_443, 11_211, 27_017],
]);

/** How long a port where nobody greets is listened to all the same, in ms. nmap alone waits for six seconds. */
const listenMs = 1_000;

/** Whether a service of this port waits to be spoken to. */
export function waitsForWords(port: number): boolean {
  return silentPorts.has(port);
}

/** A file of nmap's probes, for one scan. */
export interface ProbesFile {
  readonly path: string;
  remove(): void;
}

/**
 * nmap's own list of probes, but for how long it listens for a greeting before it says anything. A greeting that comes later is
 * still known, since nmap compares what it hears after its first words with greetings too.
 * @param nmap where it is: its list lies beside it
 * @returns undefined where there is none, or no place for ours; nmap then waits as long as it does
 */
export function impatientProbes(nmap: string, folder = tmpdir()): ProbesFile | undefined {
  let own: string | undefined;
  const remove = () => own !== undefined && rmSync(own, { recursive: true, force: true });
  try {
    const text = readFileSync(join(dirname(nmap), '..', 'share', 'nmap', 'nmap-service-probes'), 'latin1');
    const shortened = withShortGreeting(text);
    if (shortened === undefined) return undefined;
    own = mkdtempSync(join(folder, 'harvester-'));
    const path = join(own, 'nmap-service-probes');
    writeFileSync(path, shortened, 'latin1');
    return { path, remove };
  } catch {
    remove();
    return undefined;
  }
}

/** Changes one number; undefined when it is not where it should be. */
function withShortGreeting(text: string): string | undefined {
  const from = text.indexOf('\nProbe TCP NULL ');
  const to = text.indexOf('\nProbe ', from + 1);
  if (from < 0 || to < 0) return undefined;
  const [begin, greeting, rest] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
  const shortened = greeting.replace(/^totalwaitms \d+$/m, `totalwaitms ${listenMs}`);
  return shortened === greeting ? undefined : begin + shortened + rest;
}
