import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compiled } from './compile.ts';

/** What the generator is told. */
export interface Load {
  /** How members log in and speak: Aerie's frames, those of the plain loop, IRC, or the old Classcord wire. */
  dialect: 'aerie' | 'loop' | 'irc' | 'classcord';
  port: number;
  members: number;
  senders: number;
  /** Messages that a sender may have that not all members have seen. Give this or `rate`. */
  window?: number;
  /** Messages a second, of all senders together, due at fixed times whatever the server does. */
  rate?: number;
  /** Messages that are sent as fast as they arrive before anything else, not measured. */
  fill?: number;
  /** Bytes of one message. */
  size?: number;
  warmSeconds: number;
  seconds: number;
  /** Stop after so many. */
  messages?: number;
  /** How long nothing may arrive before the run is given up, and how long the last messages may take. */
  patienceSeconds?: number;
  /** Aerie: a file with one session token a line, and the channel to talk in. */
  tokens?: string;
  channelId?: string;
  /** How many members may be on their way in at once (50). */
  concurrency?: number;
  /** The processor it runs on. */
  core?: number;
  /** The server's process, whose use of processor and memory is measured with it. */
  pid?: number;
}

/** What the generator saw. Times in milliseconds are between sending (or being due) and the last byte's reading. */
export interface LoadResult {
  members: number;
  senders: number;
  seconds: number;
  logInSeconds: number;
  /** When measuring began and ended, in seconds of the monotonic clock. */
  fromS: number;
  toS: number;
  deliveriesPerS: number;
  /** Messages that reached all members. */
  messagesPerS: number;
  bytesPerS: number;
  /** How much one read of a member’s socket brought: how large the server’s batches are. */
  bytesPerRead: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Absent where the server does not acknowledge. */
  ackP50Ms?: number;
  ackP99Ms?: number;
  /** The server's processor time in its own code and in the kernel, as shares of one core. */
  cpuUser: number;
  cpuKernel: number;
  /** What everything else on the machine used, in cores: above a few percent, the figures are lower than the machine gives. */
  cpuOthers: number;
  rssMb: number;
  /** Over the whole run, warm-up and end included. */
  sent: number;
  /** Absent where the server does not acknowledge. */
  acked?: number;
  delivered: number;
  missing: number;
  doubled: number;
  malformed: number;
  gaps: number;
  misplacedAcks: number;
  /** The server could not keep the rate: tens of thousands of messages of one sender were outstanding. */
  overrun: boolean;
  /** Every message reached every member exactly once, in order, and was acknowledged once. */
  clean: boolean;
  /** The generator itself: its processor time, how long it waited for the server, how long one round over its sockets took. */
  generator: { cpu: number; idle: number; turnP50Ms: number; turnP99Ms: number; turnMaxMs: number };
}

/** The generator at work. */
export interface Generating {
  /** Resolves when it begins to measure. */
  readonly measuring: Promise<void>;
  /** What it saw. Rejects when it could not finish; a result that is not `clean` is still a result. */
  readonly result: Promise<LoadResult>;
  /** Ends the measured time now. */
  finish(): void;
}

/** Starts the generator. */
export async function startGenerating(load: Load): Promise<Generating> {
  const values: Record<string, string | number | undefined> = {
    dialect: load.dialect,
    port: load.port,
    members: load.members,
    senders: load.senders,
    window: load.window,
    rate: load.rate,
    fill: load.fill,
    size: load.size,
    warm: load.warmSeconds,
    seconds: load.seconds,
    messages: load.messages,
    patience: load.patienceSeconds,
    tokens: load.tokens,
    channel: load.channelId,
    concurrency: load.concurrency,
    core: load.core,
    pid: load.pid,
  };
  const args = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
  // Logging in, settling and draining are bounded in the generator itself; this is for a generator that hangs.
  const timeout = (load.warmSeconds + load.seconds + 200) * 1_000;
  const child = spawn(await compiled('generator'), args, { stdio: ['ignore', 'pipe', 'pipe'], timeout });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  let said = '';
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-2_000);
  });
  let last = '';
  const { promise: measuring, resolve, reject } = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', line => {
    if (line === 'measuring') resolve();
    else last = line;
  });
  const result = once(child, 'close').then(() => {
    process.off('exit', killed);
    if (last === '') throw new Error(said.trim() || 'the generator ended without a result');
    return JSON.parse(last) as LoadResult;
  });
  // Whoever waits for the beginning only must hear that there will be none.
  result.then(() => resolve(), reject);
  measuring.catch(() => undefined);
  return { measuring, result, finish: () => void child.kill('SIGUSR1') };
}

/** Runs the generator once. */
export async function generate(load: Load): Promise<LoadResult> {
  return await (await startGenerating(load)).result;
}
