import type { EventFrame } from '@aerie/contract';
import type { AppError } from '@aerie/contract/errors';
import type { Ask } from './requests.ts';
import type { Place, Window } from './windows.ts';
import { isPassing } from './wire-error.ts';

interface Load {
  place: Place;
  /** Goes up each time it is asked; an answer to an earlier time is dropped. */
  attempt: number;
  /** What happened in the channel since it was asked: the answer may be from before. */
  meanwhile: EventFrame[];
  promise: Promise<void>;
  resolve(): void;
  reject(error: AppError): void;
}

interface LoadsOptions {
  ask: Ask;
  /** Whether asking makes sense now; otherwise a load waits for `askAll`. */
  live(): boolean;
  window(channelId: string): Window | undefined;
  /** Takes a page, then the events that came while it was on its way. */
  put(channelId: string, page: Window, place: Place, meanwhile: readonly EventFrame[]): void;
}

/** The pages of history on their way, one a channel. They outlive a lost line: they are asked again on the next one. */
export class Loads {
  readonly #options: LoadsOptions;
  readonly #loads = new Map<string, Load>();

  constructor(options: LoadsOptions) {
    this.#options = options;
  }

  /** Loads a page; the one already on its way for the channel, if there is one. */
  start(channelId: string, place: Place): Promise<void> {
    const held = this.#loads.get(channelId);
    if (held) return held.promise;
    const load: Load = { place, attempt: 0, meanwhile: [], ...Promise.withResolvers<void>() };
    this.#loads.set(channelId, load);
    if (this.#options.live()) this.#ask(channelId, load);
    return load.promise;
  }

  /** Asks for everything that is wanted. */
  askAll(): void {
    for (const [channelId, load] of this.#loads) this.#ask(channelId, load);
  }

  /** The windows were begun anew: pages that were to be joined to the old ones become whole ones. */
  replaceAll(): void {
    for (const load of this.#loads.values()) load.place = 'replace';
  }

  note(channelId: string, frame: EventFrame): void {
    this.#loads.get(channelId)?.meanwhile.push(frame);
  }

  fail(channelId: string, error: AppError): void {
    const load = this.#loads.get(channelId);
    this.#loads.delete(channelId);
    load?.reject(error);
  }

  failAll(error: AppError): void {
    for (const channelId of [...this.#loads.keys()]) this.fail(channelId, error);
  }

  #ask(channelId: string, load: Load): void {
    const { place } = load;
    load.attempt += 1;
    load.meanwhile = [];
    const attempt = load.attempt;
    const first = place === 'before' ? this.#options.window(channelId)?.messages[0]?.seq : undefined;
    const current = () => this.#loads.get(channelId) === load && load.attempt === attempt;
    this.#options.ask('message.history', first === undefined ? { channelId } : { channelId, before: first }, {
      ok: page => {
        if (!current()) return;
        this.#loads.delete(channelId);
        this.#options.put(channelId, page, first === undefined ? 'replace' : place, load.meanwhile);
        load.resolve();
      },
      failed: error => {
        // On the next line it is asked again.
        if (current() && !isPassing(error)) this.fail(channelId, error);
      },
    });
  }
}
