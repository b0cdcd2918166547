import type { Message } from '@aerie/contract';
import type { AppError } from '@aerie/contract/errors';
import type { Ask } from './requests.ts';
import { isPassing } from './wire-error.ts';

/** A message of one's own that is not known to have arrived. */
export interface Pending {
  readonly nonce: string;
  readonly channelId: string;
  readonly content: string;
  /** When it was said, in ms, by this machine's clock. */
  readonly at: number;
  /** Why the server refused it. It stays until it is retried or discarded. */
  readonly failed?: AppError;
}

interface Entry {
  pending: Pending;
  /** Sent on the line that is open now. */
  sent: boolean;
  /** The seq that the server stored it with. */
  storedAt?: number;
}

/** How many messages may be on their way unacknowledged. */
const inFlightMax = 32;

interface OutboxOptions {
  ask: Ask;
  /** The last logged event that the state holds: what is stored at or before it is shown as a message already. */
  seen(): number;
  now(): number;
}

/**
 * What was said and has not arrived yet, in order. An entry leaves when its own event came (shown to others, so stored),
 * or when it is acknowledged and the state is past it. After a lost line all the rest is sent again under the same nonce,
 * which the server stores once.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #entries: Entry[] = [];
  #list: readonly Pending[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** The same array as long as nothing changes. */
  get list(): readonly Pending[] {
    return this.#list;
  }

  add(channelId: string, content: string): Pending {
    const at = this.#options.now();
    const pending: Pending = { nonce: newNonce(at), channelId, content, at };
    this.#keep([...this.#entries, { pending, sent: false }]);
    return pending;
  }

  /** Sends what is due, as far as the window allows. The line must be live. */
  pump(): void {
    let room = inFlightMax - this.#entries.filter(entry => entry.sent && entry.storedAt === undefined).length;
    for (const entry of this.#entries) {
      if (room <= 0) return;
      if (entry.sent || entry.pending.failed || entry.storedAt !== undefined) continue;
      room -= 1;
      this.#send(entry);
    }
  }

  /** The line is gone: everything without an acknowledgement is due again. */
  lose(): void {
    for (const entry of this.#entries) entry.sent = false;
  }

  /** An event brought a message of one's own. */
  arrived(message: Message): void {
    if (message.nonce !== undefined) this.#drop(entry => entry.pending.nonce === message.nonce);
  }

  /** The state went on: what was stored up to there is shown, or was taken back meanwhile. */
  settle(): void {
    const seen = this.#options.seen();
    this.#drop(({ storedAt }) => storedAt !== undefined && storedAt <= seen);
  }

  /** Makes a refused message due again. */
  retry(nonce: string): void {
    const entry = this.#find(nonce);
    if (!entry?.pending.failed) return;
    const { failed: _, ...pending } = entry.pending;
    entry.pending = pending;
    entry.sent = false;
    this.#keep(this.#entries);
  }

  discard(nonce: string): void {
    this.#drop(entry => entry.pending.nonce === nonce);
  }

  /** Forgets everything: another person is here now. */
  clear(): void {
    this.#drop(() => true);
  }

  #send(entry: Entry): void {
    const { nonce, channelId, content } = entry.pending;
    entry.sent = true;
    this.#options.ask(
      'message.send',
      { channelId, content, nonce },
      {
        ok: ({ seq }) => {
          entry.storedAt = seq;
          this.settle();
          this.pump();
        },
        failed: error => {
          // The line is going or gone; the next one carries the message.
          if (isPassing(error)) return;
          entry.sent = false;
          entry.pending = { ...entry.pending, failed: error };
          this.#keep(this.#entries);
          this.pump();
        },
      },
    );
  }

  #find(nonce: string): Entry | undefined {
    return this.#entries.find(entry => entry.pending.nonce === nonce);
  }

  #drop(gone: (entry: Entry) => boolean): void {
    const rest = this.#entries.filter(entry => !gone(entry));
    if (rest.length < this.#entries.length) this.#keep(rest);
  }

  #keep(entries: Entry[]): void {
    this.#entries = entries;
    this.#list = entries.map(entry => entry.pending);
  }
}

/**
 * The moment first: a server finds what was said at one time in one place of its index.
 * Not `crypto.randomUUID`: a page that came over plain HTTP from another machine does not have it.
 */
function newNonce(at: number): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, '0')).join('');
  return `${Math.floor(at).toString(16).padStart(12, '0')}${random}`;
}
