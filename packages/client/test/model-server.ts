import type { EventFrame, Message, OwnChannel, SeenPresence, Snapshot, User } from '@aerie/contract';
import * as fc from 'fast-check';
import type { MissedEvents } from '../src/state.ts';
import { channel, me, message } from './fake-server.ts';

/** One thing that happens at the server; `n` picks which of those that exist it happens to. */
export type Deed =
  | { do: 'say'; channelId: string; author: string | null }
  | { do: 'edit' | 'delete'; n: number }
  | { do: 'join' | 'leave'; channelId: string; userId: string }
  | { do: 'read'; channelId: string; n: number }
  | { do: 'rename'; userId: string }
  | { do: 'topic'; channelId: string }
  | { do: 'presence'; userId: string; state: SeenPresence }
  | { do: 'other' };

const channelIds = ['general', 'dev'];
const userIds = [me.userId, 'bob', 'eve'];
const channelId = fc.constantFrom(...channelIds);
const userId = fc.constantFrom(...userIds);

export const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('say' as const), channelId, author: fc.constantFrom(...userIds, null) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('edit' as const, 'delete' as const), n: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), channelId, userId }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read' as const), channelId, n: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), userId }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('topic' as const), channelId }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('presence' as const),
      userId,
      state: fc.constantFrom<SeenPresence>('online', 'away', 'dnd', 'offline'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'other' as const }) },
);

/** A server small enough to be obviously right: what one member, `me`, is told, and what a fresh snapshot would say. */
export class ModelServer {
  seq = 10;
  /** All that `me` was sent, in order. */
  readonly sent: EventFrame[] = [];
  readonly #users = new Map<string, User>(
    userIds.map(id => [id, { userId: id, name: id, kind: 'person', role: 'member', disabled: false } satisfies User]),
  );
  readonly #channels = new Map<string, OwnChannel>(channelIds.map(id => [id, channel(id)]));
  readonly #mine = new Set(['general']);
  readonly #presence = new Map<string, SeenPresence>();
  #messages: Message[] = [];

  apply(act: Deed): void {
    switch (act.do) {
      case 'say': {
        this.seq += 1;
        const named = act.author !== me.userId && this.seq % 3 === 0 ? { mentions: ['bob', me.userId] } : {};
        const said = message(this.seq, { channelId: act.channelId, authorId: act.author, ...named });
        this.#messages.push(said);
        this.#tell(act.channelId, { event: 'message.created', seq: this.seq, message: said });
        break;
      }
      case 'edit': {
        const held = this.#pick(act.n);
        if (!held) break;
        this.seq += 1;
        const edited = { ...held, content: `edit ${this.seq}`, editedAt: this.seq };
        this.#messages = this.#messages.map(other => (other === held ? edited : other));
        this.#tell(held.channelId, { event: 'message.edited', seq: this.seq, message: edited });
        break;
      }
      case 'delete': {
        const held = this.#pick(act.n);
        if (!held) break;
        this.seq += 1;
        this.#messages = this.#messages.filter(other => other !== held);
        const { messageId, seq: messageSeq, authorId, mentions } = held;
        this.#tell(held.channelId, {
          event: 'message.deleted',
          seq: this.seq,
          channelId: held.channelId,
          messageId,
          messageSeq,
          authorId,
          ...(mentions ? { mentions } : {}),
        });
        break;
      }
      case 'join':
        this.#join(act.channelId, act.userId);
        break;
      case 'leave':
        this.seq += 1;
        this.#tell(act.channelId, { event: 'member.left', seq: this.seq, channelId: act.channelId, userId: act.userId });
        if (act.userId === me.userId) this.#mine.delete(act.channelId);
        break;
      case 'read': {
        if (!this.#mine.has(act.channelId)) break;
        const held = this.#channels.get(act.channelId)!;
        const readSeq = held.readSeq + (act.n % (this.seq - held.readSeq + 1));
        this.#channels.set(act.channelId, { ...held, readSeq });
        this.sent.push({ event: 'read.moved', ...this.#read(act.channelId) });
        break;
      }
      case 'rename': {
        this.seq += 1;
        const user = { ...this.#users.get(act.userId)!, name: `${act.userId} ${this.seq}` };
        this.#users.set(act.userId, user);
        this.sent.push({ event: 'user.updated', seq: this.seq, user });
        break;
      }
      case 'topic': {
        this.seq += 1;
        this.#channels.set(act.channelId, { ...this.#channels.get(act.channelId)!, topic: `topic ${this.seq}` });
        this.#tell(act.channelId, { event: 'channel.updated', seq: this.seq, channel: this.#channel(act.channelId) });
        break;
      }
      case 'presence':
        if (act.state === 'offline') this.#presence.delete(act.userId);
        else this.#presence.set(act.userId, act.state);
        this.sent.push({ event: 'presence.changed', userId: act.userId, state: act.state });
        break;
      case 'other':
        // Something that `me` is not told of.
        this.seq += 1;
    }
  }

  snapshot(): Snapshot {
    const channels = [...this.#mine].map(id => ({ ...this.#channel(id), ...this.#read(id) }));
    const self = { ...me, name: this.#users.get(me.userId)!.name };
    return { epoch: 'e1', seq: this.seq, me: self, users: [...this.#users.values()], channels, presence: this.#presenceList() };
  }

  /** What `log.resume` answers: events carry what is now, and what is gone is missing. */
  page(after: number, limit: number): MissedEvents {
    const logged = this.sent.filter(frame => frame.seq !== undefined && frame.seq > after);
    const now = new Map(this.#messages.map(held => [held.messageId, held]));
    const events = logged.slice(0, limit).flatMap((frame): EventFrame[] => {
      if (frame.event !== 'message.created' && frame.event !== 'message.edited') return [frame];
      const held = now.get(frame.message.messageId);
      return held ? [{ ...frame, message: held }] : [];
    }) as MissedEvents['events'];
    const more = logged.length > limit;
    return {
      kind: 'events',
      epoch: 'e1',
      seq: more ? logged[limit - 1]!.seq! : this.seq,
      more,
      events,
      presence: more ? [] : this.#presenceList(),
      reads: more ? [] : [...this.#mine].map(id => this.#read(id)),
    };
  }

  history(channelId: string): { messages: Message[]; moreBefore: boolean; moreAfter: boolean } {
    return { messages: this.#messages.filter(held => held.channelId === channelId), moreBefore: false, moreAfter: false };
  }

  #tell(channelId: string, frame: EventFrame): void {
    if (this.#mine.has(channelId)) this.sent.push(frame);
  }

  #join(channelId: string, userId: string): void {
    if (userId === me.userId && this.#mine.has(channelId)) return;
    this.seq += 1;
    if (userId === me.userId) {
      this.#mine.add(channelId);
      this.#channels.set(channelId, { ...this.#channels.get(channelId)!, readSeq: this.seq });
    }
    this.#tell(channelId, { event: 'member.joined', seq: this.seq, channel: this.#channel(channelId), userId });
  }

  #pick(n: number): Message | undefined {
    return this.#messages.length > 0 ? this.#messages[n % this.#messages.length] : undefined;
  }

  #channel(channelId: string) {
    const { readSeq: _, unread: __, mentions: ___, ...shared } = this.#channels.get(channelId)!;
    return shared;
  }

  #read(channelId: string) {
    const { readSeq } = this.#channels.get(channelId)!;
    const unread = this.#messages.filter(held => held.channelId === channelId && held.seq > readSeq && held.authorId !== me.userId);
    const mentions = unread.filter(held => held.mentions?.includes(me.userId)).length;
    return { channelId, readSeq, unread: unread.length, mentions };
  }

  #presenceList() {
    return [...this.#presence].map(([userId, state]) => ({ userId, state }));
  }
}
