import type { Connection } from '@aerie/client';

/** Messages that are in sight this long count as read. */
const glanceMs = 400;

/** Moves read markers when the end of a channel is seen, and knows where "new" stands in each channel. */
export class Reading {
  readonly #connection: Connection;
  readonly #newAfter = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #due: string | undefined;
  #focused = true;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Where "new" stands in a channel. */
  newAfter(channelId: string | undefined): number | undefined {
    return channelId === undefined ? undefined : this.#newAfter.get(channelId);
  }

  /** A channel comes on the screen: what is unread in it is new. */
  opened(channelId: string): void {
    const channel = this.#connection.state?.channels.get(channelId);
    if (channel && channel.unread > 0) this.#newAfter.set(channelId, channel.readSeq);
    else this.#newAfter.delete(channelId);
  }

  /** The person looks at another window, or comes back. What comes meanwhile is new. */
  focus(focused: boolean, channelId: string | undefined): void {
    this.#focused = focused;
    const channel = channelId === undefined ? undefined : this.#connection.state?.channels.get(channelId);
    if (!focused && channel)
      this.#newAfter.set(channel.channelId, Math.max(channel.readSeq, channel.unread === 0 ? this.#lastSeq(channel.channelId) : 0));
  }

  /** Looks whether the open channel is being read; to be called after changes. */
  look(channelId: string | undefined, atEnd: boolean): void {
    const channel = channelId === undefined ? undefined : this.#connection.state?.channels.get(channelId);
    const due =
      channel &&
      this.#focused &&
      atEnd &&
      this.#connection.status === 'live' &&
      channel.unread > 0 &&
      this.#lastSeq(channel.channelId) > channel.readSeq
        ? channel.channelId
        : undefined;
    if (due === this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    if (due !== undefined) this.#timer = setTimeout(() => this.#mark(due), glanceMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #mark(channelId: string): void {
    this.#due = undefined;
    // When it is lost, the marker moves the next time: the state still says unread.
    this.#connection.call('channel.markRead', { channelId, readSeq: this.#lastSeq(channelId) }).catch(() => {});
  }

  /** The newest message, where the newest is held. */
  #lastSeq(channelId: string): number {
    const window = this.#connection.state?.windows.get(channelId);
    return !window || window.moreAfter ? 0 : (window.messages.at(-1)?.seq ?? 0);
  }
}
