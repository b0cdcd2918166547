import type { EventFrame } from '@aerie/contract';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channel, me, message, missed, said, snapshot } from '../test/fake-server.ts';
import { type Deed, deed, ModelServer } from '../test/model-server.ts';
import { applyEvent, applyResume, type ClientState, stateOf, withoutSilent, withWindow } from './state.ts';

const now = 5_000;
const apply = (state: ClientState, ...frames: EventFrame[]) => frames.reduce((before, frame) => applyEvent(before, frame, now), state);
const general = (state: ClientState) => state.channels.get('general')!;

/** A screen opens a window when it comes to a channel it has none of. */
function withWindows(state: ClientState, server: ModelServer): ClientState {
  let next = state;
  for (const id of state.channels.keys()) {
    if (!next.windows.has(id)) next = withWindow(next, id, server.history(id), 'replace');
  }
  return next;
}

function catchUp(state: ClientState, server: ModelServer, limit: number): ClientState {
  for (let next = state; ; ) {
    const page = server.page(next.seq, limit);
    next = applyResume(next, page, now);
    if (!page.more) return next;
  }
}

function freshFrom(server: ModelServer): ClientState {
  return withWindows(stateOf(server.snapshot()), server);
}

/** The same content, in whatever order the maps were filled. */
function sorted(state: ClientState) {
  const sort = <V>(map: ReadonlyMap<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const { users, channels, presence, windows } = state;
  return { ...state, users: sort(users), channels: sort(channels), presence: sort(presence), windows: sort(windows) };
}

describe('a snapshot and the events after it are a later snapshot', () => {
  const deeds = fc.array(deed, { maxLength: 60 });
  const run = (server: ModelServer, list: readonly Deed[]) => {
    for (const act of list) server.apply(act);
  };

  test('live, each event heard twice', () => {
    fc.assert(
      fc.property(deeds, deeds, (before, after) => {
        const server = new ModelServer();
        run(server, before);
        let state = freshFrom(server);
        for (const act of after) {
          const sentBefore = server.sent.length;
          server.apply(act);
          state = withWindows(apply(state, ...server.sent.slice(sentBefore), ...server.sent.slice(sentBefore)), server);
        }
        expect(sorted({ ...state, seq: server.seq })).toEqual(sorted(freshFrom(server)));
      }),
      { numRuns: 300 },
    );
  });

  test('resumed in pages, with all that was heard before heard again', () => {
    fc.assert(
      fc.property(deeds, deeds, fc.integer({ min: 1, max: 7 }), (before, missed, limit) => {
        const server = new ModelServer();
        run(server, before);
        const state = freshFrom(server);
        const heard = server.sent.filter(frame => frame.seq !== undefined);
        run(server, missed);
        const resumed = withWindows(catchUp(apply(state, ...heard), server, limit), server);
        expect(sorted(resumed)).toEqual(sorted(freshFrom(server)));
        expect(catchUp(resumed, server, limit)).toBe(resumed);
      }),
      { numRuns: 300 },
    );
  });
});

test('an event about what was never seen only moves the seq', () => {
  const state = stateOf(snapshot());
  const unseen: EventFrame[] = [
    { event: 'message.edited', seq: 11, message: message(3, { channelId: 'elsewhere' }) },
    { event: 'message.deleted', seq: 12, channelId: 'elsewhere', messageId: 'x', messageSeq: 3, authorId: null },
    { event: 'member.left', seq: 13, channelId: 'elsewhere', userId: me.userId },
    { event: 'channel.updated', seq: 14, channel: channel('elsewhere') },
    { event: 'message.created', seq: 15, message: message(15, { channelId: 'elsewhere' }) },
    { event: 'site.invented', seq: 16 } as unknown as EventFrame,
  ];
  expect(apply(state, ...unseen)).toEqual({ ...state, seq: 16 });
});

test('an unlogged event that says nothing new changes nothing', () => {
  const state = stateOf(snapshot({ presence: [{ userId: 'bob', state: 'away' }] }));
  expect(apply(state, { event: 'presence.changed', userId: 'bob', state: 'away' })).toBe(state);
  expect(apply(state, { event: 'presence.changed', userId: 'eve', state: 'offline' })).toBe(state);
  expect(apply(state, { event: 'read.moved', channelId: 'general', readSeq: 0, unread: 0, mentions: 0 })).toBe(state);
  expect(apply(state, { event: 'typing.started', channelId: 'general', userId: me.userId })).toBe(state);
  expect(apply(state, { event: 'log.gap' } as EventFrame)).toBe(state);
});

test('unread counts the messages of others after the read marker', () => {
  const state = stateOf(snapshot());
  const heard = apply(state, said(11), said(12, { authorId: me.userId }), said(13, { authorId: null }));
  expect(general(heard).unread).toBe(2);
  const deletion: EventFrame = {
    event: 'message.deleted',
    seq: 14,
    channelId: 'general',
    messageId: 'm11',
    messageSeq: 11,
    authorId: 'bob',
  };
  expect(general(apply(heard, deletion)).unread).toBe(1);
  expect(general(apply(state, deletion)).unread).toBe(0);
  expect(general(apply(heard, { event: 'read.moved', channelId: 'general', readSeq: 13, unread: 0, mentions: 0 }))).toMatchObject({
    readSeq: 13,
    unread: 0,
  });
});

test('a read marker of the past is not heard', () => {
  const state = stateOf(snapshot({ channels: [channel('general', { readSeq: 9 })] }));
  expect(apply(state, { event: 'read.moved', channelId: 'general', readSeq: 8, unread: 4, mentions: 0 })).toBe(state);
});

test('a message that was read elsewhere before it came here is not unread', () => {
  const state = stateOf(snapshot({ channels: [channel('general', { readSeq: 11 })] }));
  expect(general(apply(state, said(11))).unread).toBe(0);
});

test('only the last page of a resume tells who is here and what is read', () => {
  const state = stateOf(snapshot({ presence: [{ userId: 'bob', state: 'away' }] }));
  const first = applyResume(state, missed(12, [said(12)], { more: true }), now);
  expect(first.presence.get('bob')).toBe('away');
  const reads = [{ channelId: 'general', readSeq: 12, unread: 7, mentions: 2 }];
  const last = applyResume(first, missed(14, [said(13)], { reads, presence: [{ userId: 'eve', state: 'online' }] }), now);
  expect(general(last)).toMatchObject({ readSeq: 12, unread: 7, mentions: 2 });
  expect([...last.presence]).toEqual([['eve', 'online']]);
  expect(last.seq).toBe(14);
});

test('one’s own role follows one’s own user', () => {
  const user = { userId: me.userId, name: 'Ada L', kind: 'person', role: 'admin', disabled: false } as const;
  expect(apply(stateOf(snapshot()), { event: 'user.updated', seq: 11, user }).me).toEqual({ ...me, name: 'Ada L', role: 'admin' });
});

test('"is writing" holds for a few seconds, and ends with the message', () => {
  const typing: EventFrame = { event: 'typing.started', channelId: 'general', userId: 'bob' };
  const state = stateOf(snapshot());
  const writing = apply(state, typing);
  expect([...writing.typing.get('general')!.keys()]).toEqual(['bob']);
  expect(withoutSilent(writing, now + 1_000)).toBe(writing);
  expect(withoutSilent(writing, now + 60_000).typing.size).toBe(0);
  expect(apply(writing, said(11)).typing.size).toBe(0);
  expect(apply(writing, said(11, { authorId: 'eve' })).typing.size).toBe(1);
});
