import { connect, type Socket } from 'node:net';
import type { MissingFact, ReportedHost, ReportedPort } from '@aerie/contract/reports';
import { bareHost, barePort } from './findings.ts';
import { Pace } from './pace.ts';

/** Connections that wait for an answer at the same time: of all hosts, and of one. */
const atOnce = 768;
const atOncePerHost = 256;
/** How long an answer may take: by far more than it usually takes of this host, within these bounds. */
const shortestMs = 250;
const longestMs = 1_000;
/** A port that is silent is asked again; more often of a host whose answers turned out to get lost. */
const tries = 2;
const triesWhenLossy = 6;
/** A host that says nothing on this many of its ports is not asked the others. */
const firstPorts = 16;

export type KnockState = ReportedPort['state'] | 'unreachable' | 'unasked';

/** One attempt to connect; `EMFILE` and the like say nothing of the host. `done` is called once. */
export type Knock = (address: string, port: number, limitMs: number, done: (state: KnockState, ms: number) => void) => () => void;

export interface TcpRequest {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  readonly packetsPerSecond: number;
  readonly signal: AbortSignal;
  /** Hosts known to be there: they are asked all ports even when the first ones are silent. */
  readonly awake?: ReadonlySet<string>;
  /** Only to see who is there: the first sign of a host is enough. */
  readonly presence?: boolean;
  progress?(done: number, total: number): void;
}

/**
 * The scan that needs nothing: TCP connections. Knows open, closed (refused) and filtered (silence); a host that refuses is up.
 * Ended by the signal it keeps what it has and says what it did not look at.
 */
export async function scanWithTcp(
  request: TcpRequest,
  knock: Knock = knockTcp,
): Promise<{ hosts: ReportedHost[]; missing: MissingFact[] }> {
  const targets = request.addresses.map(address => new Target(address, request));
  await new Sweep(targets, request, knock).run();
  const awake = targets.filter(target => target.isAwake);
  const hosts = awake.map(target => target.host());
  if (hosts.every(({ status }) => status === 'up') && !request.signal.aborted) return { hosts, missing: [] };
  const reason = request.signal.aborted ? 'the scan was ended before it was done' : 'this machine could not open enough connections';
  return { hosts, missing: [{ fact: 'hosts', reason }] };
}

/** One host while it is asked. */
class Target {
  readonly address: string;
  readonly #ports: readonly number[];
  readonly #presence: boolean;
  readonly #states = new Map<number, KnockState>();
  /** What is to be asked in this round, and how far that is. */
  #queue: readonly number[];
  #at = 0;
  #silent: number[] = [];
  #waiting = 0;
  #round = 1;
  #answeredLate = false;
  #isKnown: boolean;
  #rttMs = Number.POSITIVE_INFINITY;
  #limitMs: number;

  constructor(address: string, { ports, awake, presence = false }: TcpRequest) {
    this.address = address;
    this.#ports = ports;
    this.#presence = presence;
    this.#isKnown = awake?.has(address) ?? false;
    this.#queue = this.#isKnown ? ports : ports.slice(0, firstPorts);
    this.#limitMs = longestMs;
  }

  /** The next port to ask, and how long to wait for it; undefined when there is none now. */
  next(): { port: number; limitMs: number } | undefined {
    if (this.#waiting >= atOncePerHost) return undefined;
    if (this.#presence && this.isAwake) return undefined;
    if (this.#at === this.#queue.length && (this.#waiting > 0 || !this.#nextRound())) return undefined;
    const port = this.#queue[this.#at]!;
    this.#at += 1;
    this.#waiting += 1;
    // A port that was silent once gets all the time there is.
    return { port, limitMs: this.#round === 1 ? this.#limitMs : longestMs };
  }

  take(port: number, state: KnockState, ms: number): void {
    this.#waiting -= 1;
    this.#states.set(port, state);
    if (state === 'filtered') this.#silent.push(port);
    if (!isSign(state)) return;
    if (this.#round > 1) this.#answeredLate = true;
    this.#rttMs = Math.min(this.#rttMs, ms);
    const wanted = ms * 4 + 100;
    this.#limitMs = Math.min(longestMs, Math.max(shortestMs, wanted, this.#limitMs === longestMs ? 0 : this.#limitMs * 0.9));
  }

  get isDone(): boolean {
    return this.#waiting === 0 && this.#at === this.#queue.length;
  }

  get isAwake(): boolean {
    return this.#rttMs < Number.POSITIVE_INFINITY;
  }

  /** How many ports have been asked. */
  get asked(): number {
    return this.#states.size;
  }

  /** A host that was not asked all ports is no ground for saying that a port is closed: its status is unknown. */
  host(): ReportedHost {
    if (this.#presence) return { ...bareHost(this.address, 'up'), rttMs: this.#rttMs };
    const isWhole = this.#states.size === this.#ports.length && [...this.#states.values()].every(state => state !== 'unasked');
    const ports = [...this.#states].flatMap(([port, state]) =>
      state === 'unreachable' || state === 'unasked' ? [] : [barePort(port, state)],
    );
    const host = bareHost(
      this.address,
      isWhole ? 'up' : 'unknown',
      ports.sort((a, b) => a.port - b.port),
    );
    return { ...host, rttMs: this.#rttMs };
  }

  #nextRound(): boolean {
    const mayAskAgain = this.#round < tries || (this.#answeredLate && this.#round < triesWhenLossy);
    if (this.#silent.length > 0 && mayAskAgain) {
      this.#answeredLate = false;
      this.#round += 1;
      this.#queue = this.#silent;
    } else if (!this.#isKnown && this.isAwake) {
      this.#isKnown = true;
      this.#round = 1;
      this.#queue = this.#ports.slice(firstPorts);
    } else return false;
    this.#silent = [];
    this.#at = 0;
    return this.#queue.length > 0;
  }
}

/** Asks all targets side by side: each port of all before the next port, so that none gets a burst. */
class Sweep {
  readonly #targets: readonly Target[];
  readonly #request: TcpRequest;
  readonly #knock: Knock;
  readonly #pace: Pace;
  readonly #done = Promise.withResolvers<void>();
  readonly #running = new Set<() => void>();
  #active: Target[];
  #cursor = 0;
  #waits = false;
  #toldAt = 0;

  constructor(targets: readonly Target[], request: TcpRequest, knock: Knock) {
    this.#targets = targets;
    this.#active = [...targets];
    this.#request = request;
    this.#knock = knock;
    this.#pace = new Pace(request.packetsPerSecond);
  }

  async run(): Promise<void> {
    const { signal } = this.#request;
    const end = () => {
      for (const stop of [...this.#running]) stop();
      this.#done.resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    try {
      if (signal.aborted) return;
      this.#fill();
      await this.#done.promise;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  #fill(): void {
    while (!this.#waits && this.#running.size < atOnce && !this.#request.signal.aborted) {
      const next = this.#next();
      if (!next) break;
      const turn = this.#pace.turn(this.#request.signal);
      if (!turn) {
        this.#ask(next);
        continue;
      }
      this.#waits = true;
      void turn.then(() => {
        this.#waits = false;
        this.#ask(next);
        this.#fill();
      });
    }
    if (!this.#waits && this.#running.size === 0) this.#done.resolve();
  }

  /** The next host, in turn, that has a port to be asked. */
  #next(): { target: Target; port: number; limitMs: number } | undefined {
    for (let looked = 0; looked < this.#active.length; ) {
      if (this.#cursor >= this.#active.length) this.#cursor = 0;
      const target = this.#active[this.#cursor]!;
      const next = target.next();
      if (next) {
        this.#cursor += 1;
        return { target, ...next };
      }
      if (target.isDone || (this.#request.presence && target.isAwake)) this.#active.splice(this.#cursor, 1);
      else {
        this.#cursor += 1;
        looked += 1;
      }
    }
    return undefined;
  }

  #ask({ target, port, limitMs }: { target: Target; port: number; limitMs: number }): void {
    const { signal } = this.#request;
    if (signal.aborted) {
      target.take(port, 'unasked', 0);
      return;
    }
    const stop = this.#knock(target.address, port, limitMs, (state, ms) => {
      this.#running.delete(stop);
      // What was ended has said nothing.
      target.take(port, signal.aborted ? 'unasked' : state, ms);
      if (signal.aborted) return;
      this.#tell();
      this.#fill();
    });
    this.#running.add(stop);
  }

  #tell(): void {
    const now = performance.now();
    if (!this.#request.progress || now - this.#toldAt < 500) return;
    this.#toldAt = now;
    const asked = this.#targets.reduce((sum, target) => sum + target.asked, 0);
    const all = this.#targets.length * Math.max(1, this.#request.ports.length);
    this.#request.progress(Math.floor((this.#targets.length * asked) / all), this.#targets.length);
  }
}

/** An open or a refused connection: somebody is there. */
function isSign(state: KnockState): boolean {
  return state === 'open' || state === 'closed';
}

const refusals: Record<string, KnockState> = {
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

function knockTcp(address: string, port: number, limitMs: number, done: (state: KnockState, ms: number) => void): () => void {
  const begun = performance.now();
  const socket: Socket = connect({ host: address, port });
  let isOver = false;
  const end = (state: KnockState) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    // A reset instead of a goodbye: nothing of us stays on either side.
    if (state === 'open') socket.resetAndDestroy();
    else socket.destroy();
    done(state, performance.now() - begun);
  };
  const timer = setTimeout(end, limitMs, 'filtered');
  socket.once('connect', () => end('open'));
  socket.on('error', (error: NodeJS.ErrnoException) => end(refusals[error.code ?? ''] ?? 'filtered'));
  return () => end('unasked');
}
