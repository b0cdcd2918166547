import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildFolder } from './folders.ts';

const sources = join(import.meta.dirname, '..', 'generator');
const flags = ['-std=gnu17', '-O3', '-march=native', '-Wall', '-Wextra', '-Werror'];

/** What the generator is told. */
export interface Load {
  /** How members log in and speak: Aerie's frames, or those of the plain loop. */
  dialect: 'aerie' | 'loop';
  port: number;
  members: number;
  senders: number;
  /** Messages that a sender may have that not all members have seen. Give this or `rate`. */
  window?: number;
  /** Messages a second, of all senders together, due at fixed times whatever the server does. */
  rate?: number;
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
  ackP50Ms: number;
  ackP99Ms: number;
  /** The server's processor time in its own code and in the kernel, as shares of one core. */
  cpuUser: number;
  cpuKernel: number;
  /** What everything else on the machine used, in cores: above a few percent, the figures are lower than the machine gives. */
  cpuOthers: number;
  rssMb: number;
  /** Over the whole run, warm-up and end included. */
  sent: number;
  acked: number;
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

/** Compiles the generator unless it is there already, and returns its path. The name says from what it was made. */
export async function buildGenerator(): Promise<string> {
  const hash = createHash('sha256').update(flags.join(' '));
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)));
  const program = join(buildFolder, `generator-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  mkdirSync(buildFolder, { recursive: true });
  // Two runs may build at once: each writes its own file, and the rename decides.
  const unfinished = `${program}.${process.pid}`;
  try {
    await promisify(execFile)('gcc', [...flags, '-o', unfinished, join(sources, 'chat.c')]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error('gcc is missing. Install it: apt-get install gcc libc6-dev');
    throw error;
  }
  renameSync(unfinished, program);
  const older = readdirSync(buildFolder).filter(name => /^generator-[0-9a-f]{12}$/.test(name) && join(buildFolder, name) !== program);
  for (const name of older) rmSync(join(buildFolder, name), { force: true });
  return program;
}

/** Runs the generator once. Rejects when it could not finish; a result that is not `clean` is still a result. */
export async function generate(program: string, load: Load, signal?: AbortSignal): Promise<LoadResult> {
  const values: Record<string, string | number | undefined> = {
    dialect: load.dialect,
    port: load.port,
    members: load.members,
    senders: load.senders,
    window: load.window,
    rate: load.rate,
    size: load.size,
    warm: load.warmSeconds,
    seconds: load.seconds,
    messages: load.messages,
    patience: load.patienceSeconds,
    tokens: load.tokens,
    channel: load.channelId,
    core: load.core,
    pid: load.pid,
  };
  const args = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
  // Logging in, settling and draining are bounded in the generator itself; this is for a generator that hangs.
  const timeout = (load.warmSeconds + load.seconds + 200) * 1_000;
  const output = await promisify(execFile)(program, args, { signal, timeout }).then(
    done => done.stdout,
    (error: Error & { stdout?: string; stderr?: string }) => {
      if (error.stdout) return error.stdout;
      throw new Error(error.stderr?.trim() || error.message);
    },
  );
  return JSON.parse(output) as LoadResult;
}
