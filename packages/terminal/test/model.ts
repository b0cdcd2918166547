import { type ClientState, stateOf, withWindow } from '@aerie/client';
import type { Message, OwnChannel, User } from '@aerie/contract';
import { emptyDraft } from '../src/chat/line-editor.ts';
import type { Model } from '../src/screen/view.ts';
import { wordsIn } from '../src/words/words.ts';

/** 22 November 2026, noon, wherever the test runs. */
export const noon = new Date(2026, 10, 22, 12).getTime();

const user = (userId: string, name: string): User => ({ userId, name, kind: 'person', role: 'member', disabled: false });

export function channel(name: string, fields: Partial<OwnChannel> = {}): OwnChannel {
  return {
    channelId: name,
    name,
    kind: 'public',
    topic: '',
    minRole: 'viewer',
    postRole: 'member',
    archived: false,
    readSeq: 0,
    unread: 0,
    mentions: 0,
    ...fields,
  };
}

export function message(seq: number, authorName: string, content: string, fields: Partial<Message> = {}): Message {
  return {
    messageId: `m${seq}`,
    channelId: 'dev',
    seq,
    authorId: authorName.toLowerCase(),
    authorName,
    content,
    createdAt: noon + seq * 1_000,
    editedAt: null,
    ...fields,
  };
}

/** A person Ada in the channels #dev and #général, with these messages in #dev. */
export function stateWith(messages: Message[], { channels = [channel('dev'), channel('général')], moreBefore = false } = {}): ClientState {
  const state = stateOf({
    epoch: 'e',
    seq: 100,
    me: { userId: 'ada', name: 'Ada', role: 'member', language: 'en', sessionId: 's' },
    users: [user('ada', 'Ada'), user('bob', 'Bob'), user('chloe', 'Chloé')],
    channels,
    presence: [{ userId: 'bob', state: 'away' }],
  });
  return withWindow(state, 'dev', { messages, moreBefore, moreAfter: false }, 'replace');
}

export function model(fields: Partial<Model> = {}): Model {
  return {
    state: stateWith([]),
    status: 'live',
    retryAt: undefined,
    failure: undefined,
    outbox: [],
    channelId: 'dev',
    draft: emptyDraft,
    anchor: undefined,
    newAfter: undefined,
    notices: [],
    choices: [],
    presence: 'online',
    words: wordsIn('en'),
    now: noon,
    ...fields,
  };
}
