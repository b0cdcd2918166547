import {
  atLeast,
  type Channel,
  type CommandOutput,
  type LoggedEventName,
  limits,
  type Message,
  type OwnChannel,
  type User,
} from '@aerie/contract';
import type { Transaction } from 'kysely';
import type { Handlers } from '../context.ts';
import { meOf } from '../context.ts';
import { requireUser } from '../errors.ts';
import type { Committer } from '../store/commit.ts';
import { type LoggedEvent, type Replay, readEvents, readHead } from '../store/log.ts';
import type { MessageTable, Tables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { Topic } from '../store/unit.ts';
import { channelsOf } from './channels.store.ts';
import { recordOf } from './channels.ts';
import { ownMarks } from './memberships.store.ts';
import { messagesByIds, messagesSaid } from './messages.store.ts';
import { messageOf } from './messages.ts';
import type { People } from './people.ts';
import type { Presence } from './presence.ts';

type Frame = { seq: number; event: LoggedEventName } & Record<string, unknown>;

/**
 * Where a screen begins: a snapshot, or the events that it missed. All reads see one moment of the database; the
 * connection gathers what is published meanwhile and gets, after the answer, only what came after that moment.
 */
export function resumeCommands(parts: {
  store: Store;
  committer: Committer;
  people: People;
  presence: Presence;
  replays: readonly Replay[];
}): Handlers<'log.resume'> {
  const { store, committer, people, presence, replays } = parts;
  return {
    async 'log.resume'(ctx, { epoch, after, brief }) {
      const actor = requireUser(ctx.actor);
      const connection = ctx.caller.connection;
      connection?.hold(brief);
      try {
        const answer = await store.dialect.readMoment(store.read, async (trx): Promise<CommandOutput<'log.resume'>> => {
          const head = await readHead(trx);
          const own = await ownChannels(trx, actor.userId);
          const behind = after === undefined ? Number.POSITIVE_INFINITY : head.seq - after;
          if (after === undefined || epoch !== head.epoch || after < head.floor || behind < 0 || behind > limits.resumeEvents) {
            return {
              kind: 'snapshot',
              snapshot: {
                epoch: head.epoch,
                seq: head.seq,
                me: meOf(actor),
                users: [],
                channels: own,
                presence: presence.told(),
              },
            };
          }
          const topics: Topic[] = ['all', `user:${actor.userId}`, ...own.map(channel => `channel:${channel.channelId}` as const)];
          if (atLeast(actor.role, 'technician')) topics.push('sites');
          const missed = await readMissed(trx, after, topics, own);
          const full = missed.length > limits.resumePage;
          missed.length = Math.min(missed.length, limits.resumePage);
          const frames = await asTheyAreNow(trx, missed, own, people, replays);
          const events = frames.slice(0, fitting(frames));
          const cut = events.length < frames.length;
          const more = full || cut;
          return {
            kind: 'events',
            epoch: head.epoch,
            seq: cut ? events.at(-1)!.seq : full ? missed.at(-1)!.seq : head.seq,
            more,
            events,
            presence: more ? [] : presence.told(),
            reads: more ? [] : own.map(({ channelId, readSeq, unread, mentions }) => ({ channelId, readSeq, unread, mentions })),
          };
        });
        if (answer.kind === 'events' && answer.more) {
          connection?.letGo();
        } else {
          const seq = answer.kind === 'snapshot' ? answer.snapshot.seq : answer.seq;
          await committer.whenPublished(seq);
          if (answer.kind === 'snapshot') {
            // Read only now: before, what is kept in memory may have been behind the moment of the database.
            const { snapshot } = answer;
            snapshot.users = people.all();
            const user = people.byId(actor.userId);
            if (user) snapshot.me = { ...snapshot.me, name: user.name, role: user.role };
          }
          connection?.release(seq);
        }
        return answer;
      } catch (error) {
        connection?.letGo();
        throw error;
      }
    },
  };
}

/** An event that was missed: the log's own entry, or a message, whose row is its entry. */
type Missed = LoggedEvent | { seq: number; said: MessageTable };

/** What comes after `after`, in order of seq, to one beyond a page at least where there is so much. */
async function readMissed(
  trx: Transaction<Tables>,
  after: number,
  topics: readonly Topic[],
  own: readonly OwnChannel[],
): Promise<Missed[]> {
  const limit = limits.resumePage + 1;
  const said = await messagesSaid(
    trx,
    after,
    own.map(channel => channel.channelId),
    limit,
  );
  const events = await readEvents(trx, after, topics, limit);
  return [...events, ...said.map(row => ({ seq: row.seq, said: row }))].sort((a, b) => a.seq - b.seq);
}

/** How many frames fit into one answer; at least one. */
function fitting(frames: readonly Frame[]): number {
  let chars = 0;
  const end = frames.findIndex(({ message }) => {
    chars += (message as Message | undefined)?.content.length ?? 0;
    return chars > limits.pageChars;
  });
  return end === -1 ? frames.length : Math.max(1, end);
}

async function ownChannels(trx: Transaction<Tables>, userId: string): Promise<OwnChannel[]> {
  const [rows, marks] = [await channelsOf(trx, userId), await ownMarks(trx, userId)];
  const byChannel = new Map(marks.map(mark => [mark.channelId, mark]));
  return rows.map(row => ({
    ...recordOf(row).channel,
    readSeq: byChannel.get(row.channel_id)!.readSeq,
    unread: byChannel.get(row.channel_id)!.unread,
    mentions: byChannel.get(row.channel_id)!.mentions,
  }));
}

/** Events carry what is now: an edited message its new text, a deleted one nothing, a channel left since not at all. */
async function asTheyAreNow(
  trx: Transaction<Tables>,
  missed: readonly Missed[],
  own: readonly OwnChannel[],
  people: People,
  replays: readonly Replay[],
): Promise<Frame[]> {
  const events = missed.filter(one => 'name' in one);
  const edited = events.filter(event => event.name === 'message.edited');
  const messages = await messagesByIds(
    trx,
    edited.map(event => event.ids.messageId!),
  );
  const channels = new Map(own.map(({ readSeq: _r, unread: _u, mentions: _m, ...channel }) => [channel.channelId, channel as Channel]));
  const elsewhere = await Promise.all(replays.map(replay => replay(trx, events)));
  const frames: Frame[] = [];
  for (const one of missed) {
    if ('said' in one) {
      frames.push({ seq: one.seq, event: 'message.created', message: messageOf(one.said) });
      continue;
    }
    const { seq, name, ids } = one;
    const body = bodyNow(name, ids) ?? elsewhere.find(bodies => bodies.has(seq))?.get(seq);
    if (body) frames.push({ seq, event: name, ...body });
  }
  return frames;

  function bodyNow(name: LoggedEventName, ids: Record<string, string>): Record<string, unknown> | undefined {
    switch (name) {
      case 'message.edited': {
        const row = messages.get(ids.messageId!);
        return row && { message: messageOf(row) };
      }
      case 'message.deleted':
        return ids.mentions === undefined ? ids : { ...ids, mentions: JSON.parse(ids.mentions) };
      case 'channel.updated': {
        const channel = channels.get(ids.channelId!);
        return channel && { channel };
      }
      case 'member.joined': {
        const channel = channels.get(ids.channelId!);
        return channel && { channel, userId: ids.userId };
      }
      case 'member.left':
        // Whoever has come back since still has the channel: the later member.joined says so again.
        return { channelId: ids.channelId, userId: ids.userId };
      case 'user.created':
      case 'user.updated': {
        const user: User | undefined = people.byId(ids.userId!);
        return user && { user };
      }
      default:
        // Another room's: its replay knows.
        return undefined;
    }
  }
}
