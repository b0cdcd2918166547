import type { Connection, Pending } from '@aerie/client';
import { limits } from '@aerie/contract/limits';
import { Failure } from '../failure.ts';
import type { Session } from '../server/session.ts';
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
  const session = await enter(where, { live: false });
  const { connection } = session;
  try {
    const { channelId } = await findTarget(connection, to);
    const sender = new Sender(session, channelId, where.words, seconds);
    if (whole) await sender.whole(await wholeOf(process.stdin));
    else await sender.lines(process.stdin);
  } finally {
    connection.stop();
  }
}

class Sender {
  readonly #connection: Connection;
  readonly #url: string;
  readonly #channelId: string;
  readonly #words: Words;
  readonly #seconds: number;
  /** The line that each message was, by its nonce. */
  readonly #numbers = new Map<string, number>();

  constructor({ connection, url }: Session, channelId: string, words: Words, seconds: number) {
    this.#connection = connection;
    this.#url = url;
    this.#channelId = channelId;
    this.#words = words;
    this.#seconds = seconds;
  }

  async whole(text: string): Promise<void> {
    if (text.trim() === '') throw new Failure('send.nothing');
    if (text.length > limits.contentChars) throw new Failure('send.wholeTooLong', { max: limits.contentChars });
    this.#connection.send(this.#channelId, text);
    const refused = await this.#settled(0);
    if (refused) throw new Failure('send.wholeRefused', { reason: this.#words.error(refused.failed) });
  }

  async lines(input: AsyncIterable<Buffer>): Promise<void> {
    for await (const { number, text } of linesOf(input)) {
      if (text.trim() === '') continue;
      if (text.length > limits.contentChars) {
        await this.#stored(0);
        throw new Failure('send.tooLong', { line: number, max: limits.contentChars });
      }
      await this.#stored(mostWaiting - 1);
      this.#numbers.set(this.#connection.send(this.#channelId, text).nonce, number);
    }
    if (this.#numbers.size === 0) throw new Failure('send.nothing');
    await this.#stored(0);
  }

  /** Waits until at most so many lines have no acknowledgement. Rejects when one was refused, with how many were stored. */
  async #stored(most: number): Promise<void> {
    const refused = await this.#settled(most);
    if (!refused) return;
    throw new Failure('send.refused', {
      line: this.#numbers.get(refused.nonce) ?? 0,
      reason: this.#words.error(refused.failed),
      count: this.#numbers.size - this.#connection.outbox.length,
    });
  }

  /**
   * Waits until at most so many messages have no acknowledgement; after a refusal, until it is known of all what became
   * of them. Answers the first that was refused. Rejects when the connection stays lost.
   */
  async #settled(most: number): Promise<Pending | undefined> {
    const connection = this.#connection;
    const done = Promise.withResolvers<Pending | undefined>();
    let patience: NodeJS.Timeout | undefined;
    const lost = (reason: Failure) => {
      const line = this.#numbers.get(connection.outbox.find(({ failed }) => !failed)?.nonce ?? '') ?? 1;
      done.reject(new Failure('send.lost', { line, reason: this.#words.error(reason) }));
    };
    const look = () => {
      const refused = connection.outbox.filter(({ failed }) => failed);
      const waiting = connection.outbox.length - refused.length;
      if (waiting <= (refused.length > 0 ? 0 : most)) done.resolve(refused[0]);
      else if (connection.status === 'ended') lost(new Failure('session.ended', { url: this.#url }));
      else if (connection.status === 'live') {
        clearTimeout(patience);
        patience = undefined;
      } else patience ??= setTimeout(() => lost(new Failure('connect.lostFor', { count: this.#seconds })), this.#seconds * 1_000);
    };
    const end = connection.subscribe(look);
    look();
    try {
      return await done.promise;
    } finally {
      end();
      clearTimeout(patience);
    }
  }
}
