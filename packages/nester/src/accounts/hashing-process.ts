import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Log } from '../log.ts';
import { type Derivation, type Derive, deriveHere } from './argon2id.ts';
import type { Answered, Asked } from './hashing-program.ts';

interface UnderWay {
  readonly length: number;
  readonly derived: PromiseWithResolvers<Buffer | undefined>;
}

interface Settings {
  /** How many hashes may be under way in it at once, each on a thread. */
  threads: number;
  /** The process ends when nothing was asked of it for so long. */
  idleMs: number;
  /** What it runs: tests have programs that answer nonsense or die. */
  program: string;
}

const usual: Settings = { threads: 2, idleMs: 60_000, program: fileURLToPath(new URL('hashing-program.ts', import.meta.url)) };

/**
 * For glibc (mallopt(3)): what one hash needed is kept for the next, up to its highest threshold for such blocks. Faulting in
 * nineteen mebibytes for each makes every hash dearer, and holds up whoever talks.
 */
const keptMemory = { MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20), MALLOC_TRIM_THRESHOLD_: String(64 * 2 ** 20) };

/** To how many processes a password is given, one after the other as they die, before it is hashed here. */
const mostProcesses = 2;

/**
 * Derives in a process of its own, of less priority than this one. On threads of this process a hash
 * disturbs everybody who talks: it maps and faults in twenty megabytes of the same address space, whose lock the thread
 * that serves needs too, and the memory stays with the server. The process starts when the first password comes, and ends
 * when none has come for a while, or with this one, however that ends: its channel closes.
 */
export class HashingProcess {
  readonly #log: Log;
  readonly #settings: Settings;
  readonly #underWay = new Map<number, UnderWay>();
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(log: Log, settings: Partial<Settings> = {}) {
    this.#log = log;
    this.#settings = { ...usual, ...settings };
  }

  /** The process that hashes now, if any. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Rejects when the parameters are out of range, or there is no memory. That a process dies is no failure: then another derives. */
  readonly derive: Derive = async derivation => {
    for (let tried = 0; tried < mostProcesses; tried++) {
      const tag = await this.#ask(derivation);
      if (tag) return tag;
    }
    this.#log.warning('SYSTEM', 'No process for passwords: one is hashed in the server, where it disturbs those who talk');
    return await deriveHere(derivation);
  };

  /** Ends the process. What is under way is asked again of another: the queue before it drains first. */
  stop(): void {
    if (this.#child) this.#leave(this.#child);
  }

  /** Undefined when the process cannot be started, or dies of it. */
  async #ask({ message, salt, cost, length }: Derivation): Promise<Buffer | undefined> {
    this.#child ??= this.#start();
    const child = this.#child;
    if (!child) return undefined;
    const asked: Asked = { id: ++this.#lastId, message: message.toString('base64'), salt: salt.toString('base64'), cost, length };
    const derived = Promise.withResolvers<Buffer | undefined>();
    this.#underWay.set(asked.id, { length, derived });
    clearTimeout(this.#idle);
    child.ref();
    child.channel?.ref();
    // A process that cannot be told is about to end, which is heard below.
    child.send(asked, () => undefined);
    return await derived.promise;
  }

  #start(): ChildProcess | undefined {
    // Of the environment only what a program needs to be found and to start fast: nothing that is secret.
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    try {
      const child = fork(this.#settings.program, [], {
        execArgv: ['--max-semi-space-size=1'],
        env: { PATH, NODE_COMPILE_CACHE, UV_THREADPOOL_SIZE: String(this.#settings.threads), ...keptMemory },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      child.on('message', said => this.#take(child, said));
      child.on('error', error => this.#lose(child, error.message));
      child.on('exit', (code, signal) => this.#lose(child, signal ?? `it ended with ${code}`));
      return child;
    } catch (error) {
      this.#log.warning('SYSTEM', 'The process that hashes passwords cannot be started', { why: (error as Error).message });
      return undefined;
    }
  }

  #take(child: ChildProcess, said: unknown): void {
    if (this.#child !== child) return;
    const answered = readAnswer(said);
    const underWay = answered && this.#underWay.get(answered.id);
    const tag = answered && 'tag' in answered ? Buffer.from(answered.tag, 'base64') : undefined;
    if (!underWay || (tag && tag.length !== underWay.length)) {
      child.kill('SIGKILL');
      this.#lose(child, 'it answered what it was not asked');
      return;
    }
    this.#underWay.delete(answered.id);
    if ('failure' in answered) underWay.derived.reject(new Error(answered.failure));
    else underWay.derived.resolve(tag);
    if (this.#underWay.size > 0) return;
    // A program that waits for nothing else may end.
    child.unref();
    child.channel?.unref();
    this.#idle = setTimeout(() => this.#leave(child), this.#settings.idleMs).unref();
  }

  #lose(child: ChildProcess, why: string): void {
    if (this.#child !== child) return;
    this.#log.warning('SYSTEM', 'The process that hashes passwords is gone; the next password starts another', { why });
    this.#leave(child);
  }

  /** The process ends as its channel does; what it has not answered is asked again. */
  #leave(child: ChildProcess): void {
    clearTimeout(this.#idle);
    this.#child = undefined;
    if (child.connected) child.disconnect();
    const unanswered = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const { derived } of unanswered) derived.resolve(undefined);
  }
}

function readAnswer(said: unknown): Answered | undefined {
  const { id, tag, failure } = Object(said) as { id?: unknown; tag?: unknown; failure?: unknown };
  if (typeof id !== 'number') return undefined;
  if (typeof tag === 'string') return { id, tag };
  return typeof failure === 'string' ? { id, failure } : undefined;
}
