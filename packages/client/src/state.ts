import type { CommandOutput, EventFrame, Me, Message, OwnChannel, SeenPresence, Snapshot, User } from '@aerie/contract';
import { filterTyping, type Typing, typingMs, withTyping } from './typing.ts';
import { joinPage, type Place, type Window, windowAfter, windowChannel } from './windows.ts';

/** All that a screen shows: a snapshot and the events after it. */
export interface ClientState {
  readonly epoch: string;
  /** The last logged event that is in here. */
  readonly seq: number;
  readonly me: Me;
  readonly users: ReadonlyMap<string, User>;
  /** One's own channels. */
  readonly channels: ReadonlyMap<string, OwnChannel>;
  /** Everybody who is not offline. */
  readonly presence: ReadonlyMap<string, SeenPresence>;
  /** The messages held, by channel. */
  readonly windows: ReadonlyMap<string, Window>;
  readonly typing: Typing;
}

/** What `log.resume` answers when events were missed. */
export type MissedEvents = Extract<CommandOutput<'log.resume'>, { kind: 'events' }>;

/** The state that a snapshot begins. */
export function stateOf(snapshot: Snapshot): ClientState {
  return {
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    me: snapshot.me,
    users: new Map(snapshot.users.map(user => [user.userId, user])),
    channels: new Map(snapshot.channels.map(channel => [channel.channelId, channel])),
    presence: presenceOf(snapshot.presence),
    windows: new Map(),
    typing: new Map(),
  };
}

/**
 * The state after an event; the same object when nothing changes. A logged event that is in the state already
 * (its seq is not beyond the state's) changes nothing; one about something never seen only moves `seq`.
 */
export function applyEvent(state: ClientState, frame: EventFrame, now: number): ClientState {
  if (frame.seq === undefined) return changed(state, frame, now);
  if (frame.seq <= state.seq) return state;
  return { ...changed(state, frame, now), seq: frame.seq };
}

/** The state after a page of missed events. Read markers and presence are exact on the last page, and taken from it. */
export function applyResume(state: ClientState, page: MissedEvents, now: number): ClientState {
  let next = state;
  for (const frame of page.events) next = applyEvent(next, frame as EventFrame, now);
  if (page.seq > next.seq) next = { ...next, seq: page.seq };
  if (page.more) return next;
  for (const { channelId, ...mark } of page.reads) next = withChannel(next, channelId, mark);
  const presence = presenceOf(page.presence);
  return sameEntries(presence, next.presence) ? next : { ...next, presence };
}

/** The state with a page of history: as the channel's window, or joined to the one it has. */
export function withWindow(state: ClientState, channelId: string, page: Window, where: Place): ClientState {
  const held = state.windows.get(channelId);
  const window = joinPage(held, page, where);
  return window && window !== held ? { ...state, windows: new Map(state.windows).set(channelId, window) } : state;
}

/** The state without a channel's messages. */
export function withoutWindow(state: ClientState, channelId: string): ClientState {
  if (!state.windows.has(channelId)) return state;
  const windows = new Map(state.windows);
  windows.delete(channelId);
  return { ...state, windows };
}

/** The state without those whose "is writing" has run out. */
export function withoutSilent(state: ClientState, now: number): ClientState {
  return withTypingOf(
    state,
    filterTyping(state.typing, (_channel, _user, until) => until > now),
  );
}

function changed(state: ClientState, frame: EventFrame, now: number): ClientState {
  switch (frame.event) {
    case 'user.created':
    case 'user.updated':
      return withUser(state, frame.user);
    case 'channel.updated':
      return withChannel(state, frame.channel.channelId, frame.channel);
    case 'member.joined': {
      if (frame.userId !== state.me.userId) return state;
      const { channel } = frame;
      if (state.channels.has(channel.channelId)) return withChannel(state, channel.channelId, channel);
      const own: OwnChannel = { ...channel, readSeq: frame.seq ?? state.seq, unread: 0, mentions: 0 };
      return { ...state, channels: new Map(state.channels).set(channel.channelId, own) };
    }
    case 'member.left':
      return frame.userId === state.me.userId
        ? withoutChannel(state, frame.channelId)
        : withoutWriter(state, frame.channelId, frame.userId);
    case 'message.created':
      return created(state, frame);
    case 'message.edited':
      return inWindow(state, frame);
    case 'message.deleted': {
      const channel = state.channels.get(frame.channelId);
      const wasUnread = channel && frame.authorId !== state.me.userId && frame.messageSeq > channel.readSeq;
      const next = inWindow(state, frame);
      if (!wasUnread) return next;
      const named = frame.mentions?.includes(state.me.userId) ? 1 : 0;
      return withChannel(next, frame.channelId, {
        unread: Math.max(0, channel.unread - 1),
        mentions: Math.max(0, channel.mentions - named),
      });
    }
    case 'read.moved': {
      const channel = state.channels.get(frame.channelId);
      if (!channel || frame.readSeq < channel.readSeq) return state;
      return withChannel(state, frame.channelId, { readSeq: frame.readSeq, unread: frame.unread, mentions: frame.mentions });
    }
    case 'presence.changed':
      return withPresence(state, frame.userId, frame.state);
    case 'typing.started':
      if (frame.userId === state.me.userId || !state.channels.has(frame.channelId)) return state;
      return { ...state, typing: withTyping(state.typing, frame.channelId, frame.userId, now + typingMs) };
    default:
      // `session.ended` and `log.gap` concern the connection; an event newer than this client concerns nobody here.
      return state;
  }
}

function created(state: ClientState, frame: EventFrame & { message: Message }): ClientState {
  const { channelId, authorId, seq, mentions } = frame.message;
  let next = inWindow(state, frame);
  if (authorId) next = withoutWriter(next, channelId, authorId);
  const channel = next.channels.get(channelId);
  if (!channel || authorId === state.me.userId || seq <= channel.readSeq) return next;
  const named = mentions?.includes(state.me.userId) ? 1 : 0;
  return withChannel(next, channelId, { unread: channel.unread + 1, mentions: channel.mentions + named });
}

/** The state with an event seen in its channel's window only: for one that came before the window did. */
export function inWindow(state: ClientState, frame: EventFrame): ClientState {
  const channelId = windowChannel(frame);
  const window = channelId === undefined ? undefined : state.windows.get(channelId);
  if (channelId === undefined || !window) return state;
  const next = windowAfter(window, frame);
  return next === window ? state : { ...state, windows: new Map(state.windows).set(channelId, next) };
}

function withUser(state: ClientState, user: User): ClientState {
  const held = state.users.get(user.userId);
  const users = held && sameFields(held, user) ? state.users : new Map(state.users).set(user.userId, user);
  const { me } = state;
  const isMe = user.userId === me.userId && (user.name !== me.name || user.role !== me.role);
  if (users === state.users && !isMe) return state;
  return { ...state, users, me: isMe ? { ...me, name: user.name, role: user.role } : me };
}

function withChannel(state: ClientState, channelId: string, fields: Partial<OwnChannel>): ClientState {
  const held = state.channels.get(channelId);
  if (!held || sameFields(held, { ...held, ...fields })) return state;
  return { ...state, channels: new Map(state.channels).set(channelId, { ...held, ...fields }) };
}

function withoutChannel(state: ClientState, channelId: string): ClientState {
  if (!state.channels.has(channelId) && !state.windows.has(channelId)) return state;
  const channels = new Map(state.channels);
  const windows = new Map(state.windows);
  channels.delete(channelId);
  windows.delete(channelId);
  return { ...state, channels, windows, typing: filterTyping(state.typing, channel => channel !== channelId) };
}

function withoutWriter(state: ClientState, channelId: string, userId: string): ClientState {
  if (!state.typing.get(channelId)?.has(userId)) return state;
  return withTypingOf(
    state,
    filterTyping(state.typing, (channel, user) => channel !== channelId || user !== userId),
  );
}

function withTypingOf(state: ClientState, typing: Typing): ClientState {
  return typing === state.typing ? state : { ...state, typing };
}

function withPresence(state: ClientState, userId: string, seen: SeenPresence): ClientState {
  if ((state.presence.get(userId) ?? 'offline') === seen) return state;
  const presence = new Map(state.presence);
  if (seen === 'offline') presence.delete(userId);
  else presence.set(userId, seen);
  return { ...state, presence };
}

function presenceOf(list: Snapshot['presence']): Map<string, SeenPresence> {
  return new Map(list.filter(({ state }) => state !== 'offline').map(({ userId, state }) => [userId, state]));
}

function sameEntries<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** Fields that are lists (the two people of a direct channel) compare by their content. */
function sameFields<T extends object>(a: T, b: T): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof T>;
  return [...keys].every(key => a[key] === b[key] || JSON.stringify(a[key]) === JSON.stringify(b[key]));
}
