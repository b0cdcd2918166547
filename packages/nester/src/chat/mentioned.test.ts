import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ChatHouse, openChatHouse } from '../../test/chat-house.ts';
import { onEachDatabase } from '../../test/databases.ts';
import type { UserActor } from '../context.ts';
import { ownMarks } from './memberships.store.ts';

onEachDatabase('mentions', newDatabase => {
  let chat: ChatHouse;
  let ada: UserActor;
  let bob: UserActor;
  let zoe: UserActor;
  let channelId: string;

  beforeEach(async () => {
    chat = await openChatHouse(await newDatabase());
    ada = await chat.person('Ada', 'admin');
    bob = await chat.person('Bob');
    zoe = await chat.person('Zoé Martin');
    channelId = chat.channelNamed('dev');
  });
  afterEach(async () => await chat.close());

  const say = (by: UserActor, content: string, more: { nonce?: string } = {}) =>
    chat.call(by, 'message.send', { channelId, content, ...more });
  const marks = async ({ userId }: UserActor) => {
    const [mark] = await ownMarks(chat.house.store.read, userId, channelId);
    return { unread: mark!.unread, mentions: mark!.mentions };
  };
  const rows = async () => await chat.house.store.read.selectFrom('mention').selectAll().execute();

  it('are counted for those who are named, and for nobody else', async () => {
    const { messageId } = await say(ada, '@bob et @zoé martin : réunion. Ada@example.org, `@Bob`');
    const { messages } = await chat.call(bob, 'message.history', { channelId });
    expect(messages.at(-1)).toMatchObject({ messageId, mentions: [bob.userId, zoe.userId] });
    await say(zoe, '@ada @bob @nobody');
    expect(await Promise.all([ada, bob, zoe].map(marks))).toEqual([
      { unread: 1, mentions: 1 },
      { unread: 2, mentions: 2 },
      { unread: 1, mentions: 1 },
    ]);
  });

  it('are once what is sent twice', async () => {
    await Promise.all([say(ada, '@bob', { nonce: 'n' }), say(ada, '@bob', { nonce: 'n' })]);
    await say(ada, '@bob', { nonce: 'n' });
    expect(await marks(bob)).toEqual({ unread: 1, mentions: 1 });
    expect(await rows()).toHaveLength(1);
  });

  it('go when the message goes, and when it is read; an edit changes none', async () => {
    const first = await say(ada, '@bob');
    const second = await say(ada, '@bob and @Zoé Martin');
    await chat.call(ada, 'message.edit', { messageId: second.messageId, content: '@Bob only, not @Ada' });
    expect(await marks(zoe)).toEqual({ unread: 2, mentions: 1 });
    chat.events.length = 0;
    await chat.call(ada, 'message.delete', { messageId: second.messageId });
    expect(chat.events[0]).toMatchObject({ name: 'message.deleted', body: { messageSeq: second.seq, mentions: [bob.userId, zoe.userId] } });
    expect(await Promise.all([bob, zoe].map(marks))).toEqual([
      { unread: 1, mentions: 1 },
      { unread: 1, mentions: 0 },
    ]);
    await chat.house.committer.whenPublished(first.seq);
    await chat.call(bob, 'channel.markRead', { channelId, readSeq: first.seq });
    expect(await marks(bob)).toEqual({ unread: 0, mentions: 0 });
    const stored = await chat.house.store.read
      .selectFrom('message')
      .select(['content', 'mentions'])
      .where('seq', '=', second.seq)
      .execute();
    expect(stored).toEqual([{ content: '', mentions: null }]);
  });

  it('name members only, by the names of now, and not who came back later', async () => {
    await chat.call(bob, 'member.leave', { channelId });
    await say(ada, '@bob');
    expect(await rows()).toEqual([]);
    await chat.call(bob, 'member.join', { channelId });
    expect(await marks(bob)).toEqual({ unread: 0, mentions: 0 });
    await say(ada, '@bob');
    await chat.call(bob, 'member.leave', { channelId });
    await chat.call(bob, 'member.join', { channelId });
    expect(await marks(bob)).toEqual({ unread: 0, mentions: 0 });
  });

  it('are replayed with the message that names, and with its end', async () => {
    const begun = await chat.call(bob, 'channel.browse', {});
    expect(begun.channels.length).toBeGreaterThan(0);
    const connection = { connectionId: 'c', logIn() {}, logInProbe() {}, actAsGuest() {}, hold() {}, release() {}, letGo() {} };
    const resume = (input: object) =>
      chat.house.dispatch.call(
        bob,
        { door: 'ws', address: '192.0.2.7', agent: '', connection: connection as never },
        'log.resume',
        input,
      ) as Promise<never>;
    const { snapshot } = (await resume({})) as { snapshot: { epoch: string; seq: number } };
    const kept = await say(ada, '@bob stays');
    const gone = await say(ada, '@bob goes');
    await chat.call(ada, 'message.delete', { messageId: gone.messageId });
    const page = (await resume({ epoch: snapshot.epoch, after: snapshot.seq })) as {
      events: { event: string }[];
      reads: { channelId: string }[];
    };
    expect(page.events).toMatchObject([
      { event: 'message.created', message: { messageId: kept.messageId, mentions: [bob.userId] } },
      { event: 'message.deleted', messageId: gone.messageId, mentions: [bob.userId] },
    ]);
    expect(page.reads.find(read => read.channelId === channelId)).toMatchObject({ unread: 1, mentions: 1 });
  });
});
