import { AppError } from '@aerie/contract';
import type { Limits } from '../config.ts';
import type { ClasscordTalk } from './classcord/talk.ts';
import type { Connection } from './connection.ts';
import type { Dispatch } from './dispatch.ts';
import { errorLine, framedStep } from './framed.ts';
import { decodeLine, parseFrame } from './lines.ts';
import { OrderedQueue, type Runner, type Step } from './ordered-queue.ts';
import { Pace } from './pace.ts';
import type { Pipe } from './pipe.ts';

/** Past this many waiting lines the socket is not read. */
const linesWaiting = 64;
const clogPollMs = 50;
/** A browser speaks: some page of another site has it send lines here, in the body, from where its user is. */
const httpRequest = /^[A-Z]{3,10} \S+ HTTP\/\d/;

/**
 * The talk of one connection: lines in, steps in order. The first line decides the dialect (`type` is the old wire,
 * `do` is framed) and the connection keeps it.
 */
export class Talk implements Runner<string> {
  readonly #connection: Connection;
  readonly #dispatch: Dispatch;
  readonly #old: ((connection: Connection) => ClasscordTalk) | undefined;
  readonly #queue: OrderedQueue<string>;
  readonly #pipe: Pipe;
  readonly #pace: Pace;
  readonly #limits: Limits;
  #classcord: ClasscordTalk | undefined;
  #bytesBeforeLogin = 0;
  #takes = true;
  #paused = false;

  /** @param old how to speak the old wire; undefined where only frames are spoken */
  constructor(parts: {
    connection: Connection;
    pipe: Pipe;
    dispatch: Dispatch;
    limits: Limits;
    now: () => number;
    old?: (connection: Connection) => ClasscordTalk;
  }) {
    const { connection, pipe, limits } = parts;
    this.#connection = connection;
    this.#dispatch = parts.dispatch;
    this.#old = parts.old;
    this.#limits = limits;
    connection.settle = () => {
      this.#takes = false;
      return this.#queue.settled();
    };
    this.#pipe = pipe;
    this.#pace = new Pace(limits.commandsPerSecond, limits.commandsBurst, parts.now);
    this.#queue = new OrderedQueue<string>(this);
  }

  /** Takes whole lines, without their ends. Once it settles, what comes is read and left: unread, it would cut the last answers off. */
  take(lines: readonly Buffer[]): void {
    if (!this.#takes) return;
    for (const line of lines) {
      if (this.#connection.actor.kind === 'anyone') {
        this.#bytesBeforeLogin += line.length + 1;
        if (this.#bytesBeforeLogin > this.#limits.pendingBytes) {
          this.#connection.close('protocol');
          return;
        }
      }
      const text = decodeLine(line);
      // A line without words is none: some clients end theirs twice.
      if (text.trim() !== '') this.#queue.push(text);
    }
  }

  /** A line was too long, or the like: say so and close. */
  refuse(error: AppError): void {
    this.#connection.answer(this.#errorLine(error));
    this.#connection.close('protocol');
    this.stop();
  }

  stop(): void {
    this.#queue.stop();
    this.#classcord?.stop();
  }

  pace(): number {
    if (!this.#connection.isClogged) return this.#pace.take();
    // Whoever does not read the answers waits with the questions.
    this.#connection.fallBehind();
    return clogPollMs;
  }

  onLength(length: number): void {
    if (!this.#paused && length > linesWaiting) {
      this.#paused = true;
      this.#pipe.pause();
    } else if (this.#paused && length < linesWaiting / 4) {
      this.#paused = false;
      this.#pipe.resume();
    }
  }

  run(text: string): Step {
    const connection = this.#connection;
    // Nobody would hear what became of it.
    if (!connection.isOpen) return { pipelined: true, done: Promise.resolve() };
    if (this.#old && connection.dialect === 'undecided' && httpRequest.test(text)) {
      connection.close('protocol');
      return { pipelined: true, done: Promise.resolve() };
    }
    let frame: Record<string, unknown>;
    try {
      frame = parseFrame(text);
      if (connection.dialect === 'undecided') {
        if (this.#old && typeof frame.type === 'string') {
          connection.dialect = 'classcord';
          this.#classcord = this.#old(connection);
        } else if (!this.#old || 'do' in frame || 'id' in frame) {
          connection.dialect = 'framed';
        } else {
          throw new AppError('bad_frame', { reason: 'it has neither "type" nor "do"' });
        }
      }
    } catch (error) {
      const line = this.#errorLine(error as AppError);
      return { pipelined: false, start: async () => connection.answer(line) };
    }
    return this.#classcord ? this.#classcord.step(frame) : framedStep(this.#dispatch, connection, frame);
  }

  /** While it is not known which dialect the client speaks, an error is one that both can read. */
  #errorLine(error: AppError): string {
    if (this.#classcord) return this.#classcord.errorLine(error);
    const { dialect } = this.#connection;
    return errorLine(undefined, error, dialect === 'undecided' && this.#old ? { type: 'error', message: error.message } : {});
  }
}
