import type { Bus } from '../bus/bus.ts';
import type { Committer } from '../store/commit.ts';
import { readHead } from '../store/log.ts';
import type { Store } from '../store/store.ts';
import { ownMarks } from './memberships.store.ts';

/** Under a load that never rests, how often an exact moment is looked for before a nearly exact one is told. */
const attempts = 20;

/** Tells a user's connections how far they have read. */
export class Marks {
  readonly #store: Store;
  readonly #committer: Committer;
  readonly #bus: Bus;

  constructor(parts: { store: Store; committer: Committer; bus: Bus }) {
    this.#store = parts.store;
    this.#committer = parts.committer;
    this.#bus = parts.bus;
  }

  /**
   * Tells the read marker of a channel with its count of unread messages. The count is of one moment of the log, and it
   * is told when exactly what happened up to that moment has been sent: a client that adds events to it stays exact.
   */
  async tell(userId: string, channelId: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { seq, mark } = await this.#store.dialect.readMoment(this.#store.read, async trx => {
        const { seq } = await readHead(trx);
        const [mark] = await ownMarks(trx, userId, channelId);
        return { seq, mark };
      });
      if (!mark) return;
      await this.#committer.whenPublished(seq);
      if (this.#committer.publishedSeq !== seq && attempt < attempts) continue;
      this.#bus.publish('whispered', { topic: `user:${userId}`, event: 'read.moved', body: mark });
      return;
    }
  }
}
