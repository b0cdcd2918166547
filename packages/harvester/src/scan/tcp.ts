import { connect } from 'node:net';
import type { ReportedHost, ReportedPort } from '@aerie/contract/reports';
import { bareHost, barePort, type Findings, type ScanRequest } from './findings.ts';

const answerMs = 1_000;
const tries = 2;
const atOnce = 256;
/** Ports that are asked first; a host that says nothing on any of them is not asked the others. */
const firstPorts = 16;

type Answer = { state: ReportedPort['state'] | 'unreachable' | 'unasked'; ms: number };

/** What one attempt to connect shows. `EMFILE` and the like say nothing of the host. */
type Knock = (address: string, port: number, signal: AbortSignal) => Promise<Answer>;

/**
 * The scan that needs nothing: TCP connections. Knows open, closed (refused) and filtered (silence); a host that refuses is up.
 * Ended by the signal it keeps what it has and says what it did not look at.
 */
export async function scanWithTcp({ addresses, ports, signal }: ScanRequest, knock: Knock = knockTcp): Promise<Findings> {
  const seen = new Map<string, Map<number, Answer>>(addresses.map(address => [address, new Map()]));
  const first = ports.slice(0, firstPorts);
  const ask = (pairs: Generator<[string, number]>) =>
    inParallel(pairs, async ([address, port]) => {
      if (signal.aborted) return;
      seen.get(address)!.set(port, await knock(address, port, signal));
    });
  await ask(pairsOf(addresses, first));
  const awake = addresses.filter(address => [...seen.get(address)!.values()].some(isSign));
  await ask(pairsOf(awake, ports.slice(firstPorts)));

  const hosts = awake.map(address => hostOf(address, seen.get(address)!, ports.length));
  if (hosts.every(({ status }) => status === 'up') && !signal.aborted) return { scanner: 'tcp', hosts, missing: [] };
  const reason = signal.aborted ? 'the scan was ended before it was done' : 'this machine could not open enough connections';
  return { scanner: 'tcp', hosts, missing: [{ fact: 'hosts', reason }] };
}

/** Each port of all hosts before the next port: no host gets a burst. */
function* pairsOf(addresses: readonly string[], ports: readonly number[]): Generator<[string, number]> {
  for (const port of ports) for (const address of addresses) yield [address, port];
}

async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** An open or a refused connection: somebody is there. */
function isSign({ state }: Answer): boolean {
  return state === 'open' || state === 'closed';
}

/** A host that was not asked all ports is no ground for saying that a port is closed: its status is unknown. */
function hostOf(address: string, answers: ReadonlyMap<number, Answer>, asked: number): ReportedHost {
  const signs = [...answers.values()].filter(isSign);
  const isWhole = answers.size === asked && [...answers.values()].every(({ state }) => state !== 'unasked');
  const ports = [...answers].flatMap(([port, { state }]) =>
    state === 'unreachable' || state === 'unasked' ? [] : [barePort(port, state)],
  );
  const host = bareHost(
    address,
    isWhole ? 'up' : 'unknown',
    ports.sort((a, b) => a.port - b.port),
  );
  return { ...host, rttMs: Math.min(...signs.map(({ ms }) => ms)) };
}

async function knockTcp(address: string, port: number, signal: AbortSignal): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await connectOnce(address, port, signal);
    // Silence may be one lost packet.
    if (answer.state !== 'filtered' || attempt === tries || signal.aborted) return answer;
  }
}

const refusals: Record<string, Answer['state']> = {
  ECONNREFUSED: 'closed',
  // The connection was there, and was ended at once.
  ECONNRESET: 'open',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unasked',
  EMFILE: 'unasked',
  ENFILE: 'unasked',
  ENOBUFS: 'unasked',
  EAGAIN: 'unasked',
  // This machine's own firewall.
  EACCES: 'unasked',
  EPERM: 'unasked',
};

function connectOnce(address: string, port: number, signal: AbortSignal): Promise<Answer> {
  const begun = performance.now();
  return new Promise(resolve => {
    const socket = connect({ host: address, port });
    const end = (state: Answer['state']) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      // A reset instead of a goodbye: nothing of us stays on either side.
      if (state === 'open') socket.resetAndDestroy();
      else socket.destroy();
      resolve({ state, ms: performance.now() - begun });
    };
    const aborted = () => end('unasked');
    const timer = setTimeout(() => end('filtered'), answerMs);
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('connect', () => end('open'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(refusals[error.code ?? ''] ?? 'filtered'));
  });
}
