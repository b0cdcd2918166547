import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { AppError } from '@aerie/contract/errors';
import type { AnswerFrame, ErrorFrame, RequestFrame } from '@aerie/contract/frames';
import { limits } from '@aerie/contract/limits';
import { wireError } from './wire-error.ts';

/** What becomes of a request: one of the two is called, once, in the order of the wire and before the next frame is read. */
export interface Outcome<K extends CommandName> {
  ok(output: CommandOutput<K>): void;
  failed(error: AppError): void;
}

/** Asks a command on the line. */
export type Ask = <K extends CommandName>(name: K, input: CommandInput<K>, outcome: Outcome<K>) => void;

interface Waiting {
  ok(output: unknown): void;
  failed(error: AppError): void;
}

/** The requests of one line that have no answer yet. */
export class Requests {
  readonly #send: (text: string) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  ask<K extends CommandName>(name: K, input: CommandInput<K>, outcome: Outcome<K>): void {
    const id = ++this.#lastId;
    const text = JSON.stringify({ id, do: name, input } satisfies RequestFrame);
    // The server could not even read the id of a frame that is too large, and so not answer it.
    if (new TextEncoder().encode(text).length >= limits.frameBytes) {
      outcome.failed(new AppError('frame_too_large', { max: limits.frameBytes }));
      return;
    }
    this.#waiting.set(id, outcome as Waiting);
    this.#send(text);
  }

  /** Gives an answer to its request. One to a request that is not waiting is dropped. */
  answer(frame: AnswerFrame | ErrorFrame): void {
    if (frame.id === undefined) return;
    const waiting = this.#waiting.get(frame.id);
    this.#waiting.delete(frame.id);
    if ('error' in frame) waiting?.failed(wireError(frame.error));
    else waiting?.ok(frame.ok);
  }

  /** The line is gone: no answer will come. */
  lose(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of lost) waiting.failed(new AppError('connection_lost'));
  }
}
