import { AppError, type Incident, type User } from '@aerie/contract';
import type { Committer } from '../store/commit.ts';
import type { MessageTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { messageByNonce, reviseQuery } from './messages.store.ts';
import { addMessage, messageOf } from './messages.ts';
import type { Roster } from './roster.ts';

/** What a bot says in a channel: a living message, one for each key. */
export interface Announcement {
  /** The same key is the same message. */
  key: string;
  /** For those who cannot show a card: the old wire, the terminal, exports. */
  content: string;
  card?: Incident;
}

const device = 'aerie';

/** Lets other rooms speak in channels as a bot. */
export class Announcements {
  readonly #store: Store;
  readonly #committer: Committer;
  readonly #roster: Roster;
  readonly #now: () => number;

  constructor(parts: { store: Store; committer: Committer; roster: Roster; now: () => number }) {
    this.#store = parts.store;
    this.#committer = parts.committer;
    this.#roster = parts.roster;
    this.#now = parts.now;
  }

  /** The channel of that name, however it is spelt; undefined when there is none. */
  channelNamed(name: string): string | undefined {
    return this.#roster.named(name)?.channelId;
  }

  /** Whether that channel is there and not archived. */
  isOpen(channelId: string): boolean {
    const channel = this.#roster.channel(channelId);
    return channel !== undefined && !channel.archived;
  }

  /**
   * Says it, or, when the key has been said already, makes that message say this now. Doing it again changes nothing.
   * @throws AppError `storage_failed` and the like; then nothing was said
   */
  async say(bot: User, channelId: string, { key, content, card }: Announcement): Promise<void> {
    const existing = await messageByNonce(this.#store.read, bot.userId, device, key);
    if (existing) {
      await this.#revise(existing, content, card);
      return;
    }
    const channel = this.#roster.channel(channelId);
    if (!channel) throw new AppError('not_found', { thing: 'channel' });
    const unit = new Unit();
    addMessage(unit, channel, { author: bot, deviceId: device, nonce: key, content, at: this.#now(), card });
    const { written } = await this.#committer.commit(unit);
    if (written) return;
    const first = await messageByNonce(this.#store.read, bot.userId, device, key);
    if (!first) throw new AppError('conflict');
    await this.#revise(first, content, card);
  }

  async #revise(row: MessageTable, content: string, card: Incident | undefined): Promise<void> {
    const json = card === undefined ? null : JSON.stringify(card);
    if ((row.content === content && row.card === json) || row.deleted_at !== null) return;
    const revised: MessageTable = { ...row, content, card: json };
    const { channel_id: channelId, message_id: messageId } = row;
    const unit = new Unit().run(reviseQuery(this.#store.read, row.seq, content, json));
    unit.event('message.edited', [`channel:${channelId}`], { channelId, messageId }, () => ({ message: messageOf(revised) }));
    await this.#committer.commit(unit);
  }
}
