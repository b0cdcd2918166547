import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compiled } from './compile.ts';

/** What the crowd is told. */
export interface CrowdOrder {
  /**
   * `tokens` and `passwords` log in and get their snapshot, `entrants` (with a token) only log in, `websocket` does so inside WebSockets; `deaf` reads nothing
   * after that; `loris` begins a line that never ends, a byte a second.
   */
  kind: 'tokens' | 'entrants' | 'websocket' | 'passwords' | 'deaf' | 'loris';
  port: number;
  count: number;
  /** A file: a token a line, or a name, a tab and a password. */
  logins?: string;
  /** How many may be on their way in at once; without it, all. */
  concurrency?: number;
  patienceSeconds?: number;
  core?: number | undefined;
}

/** What the crowd saw on its way in. Seconds count from its first connection. */
export interface Arrival {
  count: number;
  connectedS: number;
  /** Until the last was logged in, and until the last had its snapshot. */
  loggedInS: number;
  thereS: number;
  /** How often somebody was told to try again later. */
  busy: number;
  /** How long a log-in took, waiting and trying again included. */
  logInP50Ms: number;
  logInP99Ms: number;
}

/** Connections that are there beside the members, all from one process. */
export interface Crowd {
  readonly pid: number;
  /** Resolves when all are there. */
  readonly arrival: Promise<Arrival>;
  /** Lets go; tells how many connections the server had kept until then. */
  leave(): Promise<number>;
  kill(): void;
}

export async function startCrowd(order: CrowdOrder): Promise<Crowd> {
  const values = {
    kind: order.kind,
    port: order.port,
    count: order.count,
    logins: order.logins,
    concurrency: order.concurrency,
    patience: order.patienceSeconds,
    core: order.core,
  };
  const args = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
  const child = spawn(await compiled('crowd'), args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  let said = '';
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-2_000);
  });
  const arrived = Promise.withResolvers<Arrival>();
  const left = Promise.withResolvers<number>();
  createInterface({ input: child.stdout }).on('line', line => {
    const told = JSON.parse(line) as Arrival | { kept: number };
    if ('kept' in told) left.resolve(told.kept);
    else arrived.resolve(told);
  });
  void once(child, 'close').then(() => {
    process.off('exit', kill);
    const error = new Error(said.trim() || 'the crowd ended too soon');
    arrived.reject(error);
    left.reject(error);
  });
  // Whoever waits for one of them only must not be killed by the other.
  arrived.promise.catch(() => undefined);
  left.promise.catch(() => undefined);
  return {
    pid: child.pid!,
    arrival: arrived.promise,
    async leave() {
      child.stdin.end();
      return await left.promise;
    },
    kill,
  };
}
