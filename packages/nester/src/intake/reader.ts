import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { AppError } from '@aerie/contract';
import { cleanText } from '../sites/texts.ts';
import { type Reading, readFileOf } from './reading.ts';
import { type Reason, Unreadable } from './reasons.ts';

/** To read a larger file may take seconds, whatever it is: a thread of its own does it. */
export const largeBytes = 256 * 1_024;

/** What the thread that reads large files may need. */
export interface ReaderLimits {
  /** To start. */
  startMs: number;
  /** For one file. */
  ms: number;
  /** Of memory. A file of 8 MiB that is made of nothing but empty objects needs half of it. */
  mebibytes: number;
  /** It ends when nobody needed it for so long. */
  idleMs: number;
  /** Whose code it runs: tests have readers that hang or crash. */
  code: URL;
}

const usual: ReaderLimits = { startMs: 60_000, ms: 20_000, mebibytes: 512, idleMs: 5_000, code: new URL(import.meta.url) };

interface Asked {
  bytes: Uint8Array;
  name: string;
}

type Answer = { reading: Reading } | { why: Reason };

/**
 * Reads files without holding up anybody: `JSON.parse` cannot be interrupted, and a file that was made for it keeps it busy
 * for many seconds. Nothing but bytes go into the thread, and nothing but what they say comes out.
 */
export class Reader {
  readonly #limits: ReaderLimits;
  #thread: Thread | undefined;
  /** Resolves when nobody reads a large file. */
  #free: Promise<void> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #isStopped = false;
  readonly #stopped = Promise.withResolvers<void>();

  constructor(limits: Partial<ReaderLimits> = {}) {
    this.#limits = { ...usual, ...limits };
  }

  /**
   * Reads what a file holds: a large one after the other.
   * @throws Unreadable, AppError `stopping`; another error when this machine has no thread for it
   */
  async read(bytes: Uint8Array, name: string): Promise<Reading> {
    if (bytes.length < largeBytes) return await readFileOf(bytes, name, pause);
    const before = this.#free;
    const turn = Promise.withResolvers<void>();
    this.#free = turn.promise;
    await before;
    clearTimeout(this.#idle);
    try {
      const answer = await this.#answerTo({ bytes, name });
      if ('why' in answer) throw new Unreadable(answer.why.code, answer.why.params);
      return answer.reading;
    } finally {
      const thread = this.#thread;
      if (thread?.isUsable) {
        this.#idle = setTimeout(() => thread.end(), this.#limits.idleMs);
        turn.resolve();
      }
      // What was given up may go on for a while: never two at once.
      else void Promise.race([thread?.ended, this.#stopped.promise]).then(turn.resolve);
    }
  }

  /** Gives up what is being read: it was not touched. */
  stop(): void {
    this.#isStopped = true;
    this.#stopped.resolve();
    clearTimeout(this.#idle);
    this.#thread?.fail(new AppError('stopping'));
    this.#thread?.end();
  }

  async #answerTo(asked: Asked): Promise<Answer> {
    if (this.#isStopped) throw new AppError('stopping');
    if (!this.#thread?.isUsable) this.#thread = new Thread(this.#limits);
    const thread = this.#thread;
    const { startMs, ms, mebibytes } = this.#limits;
    let isReading = false;
    try {
      await thread.within(startMs, thread.ready, () => new Error('the thread that reads did not start'));
      isReading = true;
      return await thread.within(ms, thread.ask(asked), () => new Unreadable('too_slow', { seconds: ms / 1_000 }));
    } catch (error) {
      thread.end();
      // Before it reads, nothing that goes wrong is the file's fault.
      if (!isReading || error instanceof AppError || error instanceof Unreadable) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ERR_WORKER_OUT_OF_MEMORY') throw new Unreadable('too_greedy', { mebibytes });
      throw new Unreadable('read_failed', { cause: cleanText(message.slice(0, 200)).toWellFormed() });
    }
  }
}

/** A thread that reads. What it says is the answer to the one who asked last. */
class Thread {
  readonly ready: Promise<unknown>;
  readonly ended: Promise<void>;
  isUsable = true;
  readonly #worker: Worker;
  #awaited = Promise.withResolvers<unknown>();

  constructor({ code, mebibytes }: ReaderLimits) {
    this.ready = this.#awaited.promise;
    this.#worker = new Worker(code, { workerData: { readsFiles: true }, resourceLimits: { maxOldGenerationSizeMb: mebibytes } });
    this.#worker.on('message', said => this.#awaited.resolve(said));
    this.#worker.on('messageerror', error => this.fail(error));
    this.#worker.on('error', error => this.fail(error));
    this.ended = new Promise(resolve => {
      this.#worker.once('exit', status => {
        this.fail(new Error(`the thread that reads ended with ${status}`));
        resolve();
      });
    });
  }

  async ask(asked: Asked): Promise<Answer> {
    this.#awaited = Promise.withResolvers();
    this.#worker.postMessage(asked);
    return (await this.#awaited.promise) as Answer;
  }

  /** What was awaited comes no more. */
  fail(error: Error): void {
    this.isUsable = false;
    // Nobody may be waiting.
    this.#awaited.promise.catch(() => undefined);
    this.#awaited.reject(error);
  }

  /** Ends it as soon as it can be ended: what V8 does in one go, it does to its end. */
  end(): void {
    this.isUsable = false;
    void this.#worker.terminate();
  }

  async within<T>(ms: number, awaited: Promise<T>, error: () => Error): Promise<T> {
    // Where this thread was late itself, an answer that is there already counts.
    const timer = setTimeout(() => setImmediate(() => this.fail(error())), ms);
    try {
      return await awaited;
    } finally {
      clearTimeout(timer);
    }
  }
}

function pause(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

async function answerTo({ bytes, name }: Asked): Promise<Answer> {
  try {
    // There is nobody else whose turn it could be.
    return { reading: await readFileOf(bytes, name, async () => {}) };
  } catch (error) {
    if (error instanceof Unreadable) return { why: error.reason };
    throw error;
  }
}

if (!isMainThread && workerData?.readsFiles === true) {
  parentPort!.on('message', async (asked: Asked) => parentPort!.postMessage(await answerTo(asked)));
  parentPort!.postMessage('ready');
}
