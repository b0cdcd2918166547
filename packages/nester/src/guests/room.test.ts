import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ChatHouse, openChatHouse } from '../../test/chat-house.ts';
import { onEachDatabase } from '../../test/databases.ts';
import { fakeConnection } from '../../test/fake-connection.ts';
import { ownMarks } from '../chat/memberships.store.ts';
import type { UserActor } from '../context.ts';

onEachDatabase('what guests say', newDatabase => {
  let chat: ChatHouse;
  let ada: UserActor;
  let bob: UserActor;
  let channelId: string;

  beforeEach(async () => {
    chat = await openChatHouse(await newDatabase(), { guests: true });
    ada = await chat.person('Ada', 'admin');
    bob = await chat.person('Bob');
    channelId = chat.channelNamed('dev');
  });
  afterEach(async () => await chat.close());

  /** Somebody on the Classcord port. */
  function stranger() {
    const { connection } = fakeConnection();
    return <K extends CommandName>(name: K, input: CommandInput<K>) =>
      chat.house.dispatch.call(connection.actor, connection.caller, name, input) as Promise<CommandOutput<K>>;
  }
  const marks = async ({ userId }: UserActor) => (await ownMarks(chat.house.store.read, userId, channelId))[0];

  it('is stored without an author, unread for everybody, and names members', async () => {
    const call = stranger();
    const { name } = await call('guest.enter', {});
    const nonce = 'the same';
    await call('message.send', { channelId, content: 'bonjour @bob', nonce });
    const { messageId } = await call('message.send', { channelId, content: 'encore', nonce });
    const { messages } = await chat.call(ada, 'message.history', { channelId });
    expect(messages).toMatchObject([
      { authorId: null, authorName: name, content: 'bonjour @bob', mentions: [bob.userId] },
      { authorId: null, authorName: name, content: 'encore', messageId },
    ]);
    expect(await marks(ada)).toMatchObject({ unread: 2, mentions: 0 });
    expect(await marks(bob)).toMatchObject({ unread: 2, mentions: 1 });
    await expect(chat.call(bob, 'message.delete', { messageId })).rejects.toThrow(/role does not allow/);
    await chat.call(ada, 'message.delete', { messageId });
    expect(await marks(bob)).toMatchObject({ unread: 1 });
    const { messages: exported } = await chat.call(ada, 'message.export', { channelId });
    expect(exported).toMatchObject([{ authorId: null, authorName: name }]);
  });

  it('comes again to whoever was away', async () => {
    const call = stranger();
    await call('guest.enter', { name: 'Gus' });
    const { messageId } = await call('message.send', { channelId, content: 'pendant ton absence' });
    const connection = fakeConnection().connection;
    connection.actor = bob;
    const answer = await chat.house.dispatch.call(bob, connection.caller, 'log.resume', {});
    expect(answer).toMatchObject({ kind: 'snapshot' });
    const { epoch } = (answer as { snapshot: { epoch: string } }).snapshot;
    const missed = await chat.house.dispatch.call(bob, connection.caller, 'log.resume', { epoch, after: 0 });
    const { events } = missed as { events: { event: string; message?: { messageId: string } }[] };
    expect(events.find(one => one.message?.messageId === messageId)).toMatchObject({
      message: { authorId: null, authorName: 'Gus', content: 'pendant ton absence' },
    });
  });

  it('goes nowhere but where they may be, and by no other door', async () => {
    const call = stranger();
    await expect(call('message.send', { channelId, content: 'x' })).rejects.toThrow(/not logged in/);
    await call('guest.enter', { name: 'Gus' });
    for (const name of ['admin', 'supervision'])
      await expect(call('message.send', { channelId: chat.channelNamed(name), content: 'x' })).rejects.toThrow(/no such channel/);
    await chat.call(ada, 'channel.update', { channelId, archived: true });
    await expect(call('message.send', { channelId, content: 'x' })).rejects.toThrow(/no such channel/);
    await expect(call('message.history', { channelId })).rejects.toThrow(/not logged in/);
    const web = fakeConnection().connection;
    const caller = { ...web.caller, door: 'ws' as const };
    await expect(chat.house.dispatch.call(web.actor, caller, 'guest.enter', {})).rejects.toThrow(/Guests may not talk here/);
  });

  it('cannot be said by one program that comes and goes without end', async () => {
    // Sixty at a time from one address, five times each.
    const come = async () => {
      const call = stranger();
      const { guestId } = await call('guest.enter', {});
      chat.house.bus.publish('guest.left', { guestId });
    };
    for (let n = 0; n < 300; n++) await come();
    await expect(come()).rejects.toThrow(/Too many requests/);
  });

  it('cannot fill the disk', async () => {
    const call = stranger();
    await call('guest.enter', { name: 'Gus' });
    const flood = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => call('message.send', { channelId, content: `${n}` })));
    expect(flood.filter(one => one.status === 'fulfilled')).toHaveLength(30);
    expect(flood.at(-1)).toMatchObject({ reason: { code: 'too_fast' } });
    // Others talk on.
    const other = stranger();
    await other('guest.enter', {});
    await other('message.send', { channelId, content: 'x' });
  });

  it('has no name any more that an account was given', async () => {
    const call = stranger();
    await call('guest.enter', { name: 'Carol' });
    await call('guest.reserve', { name: 'Invité_dan_1763800000000', password: 'weak' });
    await chat.person('carol');
    await expect(call('message.send', { channelId, content: 'x' })).rejects.toThrow(/Carol belongs to somebody/);
    expect((await call('presence.list', {})).guests).toEqual([]);
    await chat.person('invité_dan_1763800000000');
    await expect(call('guest.enter', { name: 'Invité_dan_1763800000000', password: 'weak' })).rejects.toThrow(/Login failed/);
  });

  it('is not said by who guesses the password of a kept name', async () => {
    const call = stranger();
    const kept = { name: 'Invité_dan_1763800000000', password: 'weak' };
    await call('guest.reserve', kept);
    const guess = () =>
      call('guest.enter', { ...kept, password: 'wrong' }).then(
        () => 'in',
        error => error.code,
      );
    for (let n = 0; n < 5; n++) expect(await guess()).toBe('login_failed');
    expect(await guess()).toBe('too_many_attempts');
    expect(chat.lines.filter(line => line.startsWith('WARNING [LOGIN] Failed login attempt from '))).toHaveLength(5);
  });
});
