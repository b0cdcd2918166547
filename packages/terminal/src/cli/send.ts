import type { Connection } from '@aerie/client';
import { limits } from '@aerie/contract/limits';
import { Failure } from '../failure.ts';
import type { Words } from '../words/words.ts';
import { enter, type Where } from './entrance.ts';
import { linesOf, wholeOf } from './input-lines.ts';
import { findTarget } from './target.ts';

interface SendOptions {
  whole: boolean;
  /** How long a lost connection may take to come back. */
  seconds: number;
}

/** Said and not acknowledged yet, at most so many: what is read is not kept in memory without limit. */
const mostWaiting = 256;

/** `classcord send`: each line a message, or all of standard input as one. Resolves when every one is stored. */
export async function send(where: Where, to: string, { whole, seconds }: SendOptions): Promise<void> {
  const { connection } = await enter(where, { live: false });
  try {
    const { channelId } = await findTarget(connection, to);
    const sender = new Sender(connection, channelId, where.words, seconds);
    if (whole) await sender.whole(await wholeOf(process.stdin));
    else await sender.lines(process.stdin);
  } finally {
    connection.stop();
  }
}

class Sender {
  readonly #connection: Connection;
  readonly #channelId: string;
  readonly #words: Words;
  readonly #seconds: number;
  /** The line that each message was, by its nonce. */
  readonly #numbers = new Map<string, number>();

  constructor(connection: Connection, channelId: string, words: Words, seconds: number) {
    this.#connection = connection;
    this.#channelId = channelId;
    this.#words = words;
    this.#seconds = seconds;
  }

  async whole(text: string): Promise<void> {
    if (text.trim() === '') throw new Failure('send.nothing');
    if (text.length > limits.contentChars) throw new Failure('send.wholeTooLong', { count: text.length, max: limits.contentChars });
    this.#connection.send(this.#channelId, text);
    await this.#settled(0, (_, reason) => new Failure('send.wholeRefused', { reason }));
  }

  async lines(input: AsyncIterable<Buffer>): Promise<void> {
    let said = 0;
    const refused = (number: number, reason: string) => new Failure('send.refused', { line: number, reason, count: this.#before(number) });
    for await (const { number, text } of linesOf(input)) {
      if (text.trim() === '') continue;
      if (text.length > limits.contentChars) {
        await this.#settled(0, refused);
        throw new Failure('send.tooLong', { line: number, count: text.length, max: limits.contentChars });
      }
      await this.#settled(mostWaiting - 1, refused);
      this.#numbers.set(this.#connection.send(this.#channelId, text).nonce, number);
      said += 1;
    }
    if (said === 0) throw new Failure('send.nothing');
    await this.#settled(0, refused);
  }

  /** Waits until at most so many have no acknowledgement. Rejects when one is refused or the connection stays lost. */
  async #settled(most: number, refused: (line: number, reason: string) => Failure): Promise<void> {
    const connection = this.#connection;
    const done = Promise.withResolvers<void>();
    let patience: NodeJS.Timeout | undefined;
    const look = () => {
      const { outbox, status } = connection;
      const failed = outbox.find(pending => pending.failed);
      const first = this.#numbers.get(outbox[0]?.nonce ?? '') ?? 1;
      if (failed) return done.reject(refused(this.#numbers.get(failed.nonce) ?? 1, this.#words.error(failed.failed)));
      if (outbox.length <= most) return done.resolve();
      const lost = (reason: Failure) => done.reject(new Failure('send.lost', { line: first, reason: this.#words.error(reason) }));
      if (status === 'ended') return lost(new Failure('connect.lostFor', { count: 0 }));
      if (status === 'live') {
        clearTimeout(patience);
        patience = undefined;
      } else patience ??= setTimeout(() => lost(new Failure('connect.lostFor', { count: this.#seconds })), this.#seconds * 1_000);
    };
    const end = connection.subscribe(look);
    look();
    try {
      await done.promise;
    } finally {
      end();
      clearTimeout(patience);
    }
  }

  /** How many lines before this one are stored. Refused ones and those after them may be on their way. */
  #before(number: number): number {
    const waiting = new Set(this.#connection.outbox.map(({ nonce }) => nonce));
    return [...this.#numbers].filter(([nonce, line]) => line < number && !waiting.has(nonce)).length;
  }
}
