import { StringDecoder } from 'node:string_decoder';
import type { ReadStream } from 'node:tty';
import { type Key, KeyDecoder } from './keys.ts';

/** After Escape, how long the rest of a sequence may take. */
const escapeMs = 50;

/** The keyboard of a terminal, in raw mode. Keys that nobody reads yet wait for the next reader. */
export class Keyboard {
  readonly #input: ReadStream;
  readonly #decoder = new KeyDecoder();
  readonly #utf8 = new StringDecoder('utf8');
  readonly #waiting: Key[] = [];
  #listener: ((key: Key) => void) | undefined;
  #ended: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: ReadStream) {
    this.#input = input;
  }

  start(): void {
    this.#input.setRawMode(true);
    this.#input.on('data', this.#data).on('end', this.#end).on('error', this.#end);
    this.#input.resume();
  }

  /** Gives the terminal back as it was. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#input.off('data', this.#data).off('end', this.#end).off('error', this.#end);
    this.#input.setRawMode(false);
    this.#input.pause();
  }

  /** Hands every key to a reader, first those that waited. `ended` is called when the terminal is gone. Answers how to end that. */
  read(listener: (key: Key) => void, ended: () => void): () => void {
    this.#listener = listener;
    this.#ended = ended;
    // Not before the caller knows how to end it.
    queueMicrotask(() => this.#hand());
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  readonly #data = (chunk: Buffer): void => {
    clearTimeout(this.#timer);
    this.#waiting.push(...this.#decoder.push(this.#utf8.write(chunk)));
    if (this.#decoder.waits) {
      this.#timer = setTimeout(() => {
        this.#waiting.push(...this.#decoder.flush());
        this.#hand();
      }, escapeMs);
    }
    this.#hand();
  };

  readonly #end = (): void => this.#ended?.();

  #hand(): void {
    // One at a time: a reader may end, and what follows is for the next one.
    while (this.#listener) {
      const key = this.#waiting.shift();
      if (!key) return;
      this.#listener(key);
    }
  }
}
