import { atLeast, roles } from '@aerie/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ChatHouse, openChatHouse } from '../../test/chat-house.ts';
import { onEachDatabase } from '../../test/databases.ts';
import type { UserActor } from '../context.ts';

onEachDatabase('channels', newDatabase => {
  let chat: ChatHouse;
  let ada: UserActor;
  let bob: UserActor;
  let channelId: string;

  beforeEach(async () => {
    chat = await openChatHouse(await newDatabase());
    ada = await chat.person('ada', 'admin');
    bob = await chat.person('bob');
    ({ channelId } = await chat.call(ada, 'channel.create', { name: 'atelier' }));
    await chat.call(bob, 'member.join', { channelId });
    chat.events.length = 0;
  });
  afterEach(async () => await chat.close());

  const rowOf = async (id: string) => (await chat.call(ada, 'channel.list', {})).channels.find(channel => channel.channelId === id);

  it('are renamed, to a name that no other has', async () => {
    await chat.call(ada, 'channel.update', { channelId, name: '#Été-2026' });
    expect(await rowOf(channelId)).toMatchObject({ name: 'Été-2026', members: 2 });
    expect((await chat.call(bob, 'channel.find', { name: 'ete-2026' })).channel.channelId).toBe(channelId);
    await expect(chat.call(bob, 'channel.find', { name: 'atelier' })).rejects.toMatchObject({ code: 'not_found' });
    expect(chat.events.map(({ name, body }) => ({ name, ...body }))).toMatchObject([
      { name: 'channel.updated', channel: { channelId, name: 'Été-2026' } },
    ]);
    // Its own name in another spelling is no other channel's.
    await chat.call(ada, 'channel.update', { channelId, name: 'ÉTÉ-2026' });
    for (const name of ['dev', 'DEV', 'Général', 'general'])
      await expect(chat.call(ada, 'channel.update', { channelId, name })).rejects.toMatchObject({ code: 'channel_exists' });
    await expect(chat.call(ada, 'channel.update', { channelId, name: 'two words' })).rejects.toMatchObject({ code: 'bad_channel_name' });
    // The old name is free.
    await chat.call(ada, 'channel.create', { name: 'atelier' });
  });

  it('get one name once, when two ask for it at the same moment', async () => {
    const other = await chat.call(ada, 'channel.create', { name: 'bureau' });
    const both = await Promise.allSettled(
      [channelId, other.channelId].map(id => chat.call(ada, 'channel.update', { channelId: id, name: 'salon' })),
    );
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(one => one.status === 'rejected')).toMatchObject({ reason: { code: 'channel_exists' } });
  });

  it('are left, in the same moment, by those who no longer reach them', async () => {
    const tess = await chat.person('tess', 'technician');
    await chat.call(tess, 'member.join', { channelId });
    chat.events.length = 0;
    await chat.call(ada, 'channel.update', { channelId, minRole: 'technician', topic: 'plans' });
    expect(chat.events.map(({ name, seq }) => [name, seq - chat.events[0]!.seq])).toEqual([
      ['member.left', 0],
      ['channel.updated', 1],
    ]);
    expect((await chat.call(ada, 'channel.members', { channelId })).userIds.toSorted()).toEqual([ada.userId, tess.userId].toSorted());
    for (const ask of [
      () => chat.call(bob, 'message.history', { channelId }),
      () => chat.call(bob, 'member.join', { channelId }),
      () => chat.call(bob, 'channel.find', { name: 'atelier' }),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'not_found' });
    await chat.call(ada, 'channel.update', { channelId, minRole: 'viewer' });
    await chat.call(bob, 'member.join', { channelId });
  });

  it('say who may write, and are archived and opened again', async () => {
    const send = () => chat.call(bob, 'message.send', { channelId, content: 'x' });
    await chat.call(ada, 'channel.update', { channelId, postRole: 'technician' });
    await expect(send()).rejects.toMatchObject({ code: 'read_only_channel' });
    await chat.call(ada, 'channel.update', { channelId, postRole: 'member', archived: true });
    await expect(send()).rejects.toMatchObject({ code: 'channel_archived' });
    expect((await chat.call(bob, 'message.history', { channelId })).messages).toEqual([]);
    expect((await chat.call(bob, 'channel.browse', {})).channels.map(channel => channel.channelId)).not.toContain(channelId);
    expect(await rowOf(channelId)).toMatchObject({ archived: true, createdAt: expect.any(Number) });
    await chat.call(ada, 'channel.update', { channelId, archived: false });
    await send();
    chat.events.length = 0;
    await chat.call(ada, 'channel.update', { channelId, archived: false, name: 'atelier', postRole: 'member' });
    expect(chat.events).toEqual([]);
  });

  it('in which the server speaks keep their names and stay open', async () => {
    for (const name of ['général', 'admin', 'supervision']) {
      const fixed = { channelId: chat.channelNamed(name) };
      for (const change of [{ name: 'other' }, { archived: true }])
        await expect(chat.call(ada, 'channel.update', { ...fixed, ...change })).rejects.toMatchObject({
          code: 'fixed_channel',
          params: { channel: `#${name}` },
        });
      await chat.call(ada, 'channel.update', { ...fixed, topic: 'new', postRole: 'admin' });
    }
    const admin = chat.channelNamed('admin');
    await expect(chat.call(ada, 'channel.update', { channelId: admin, minRole: 'technician' })).rejects.toMatchObject({
      code: 'fixed_channel',
    });
    await chat.call(ada, 'channel.update', { channelId: chat.channelNamed('supervision'), minRole: 'member' });
    await chat.call(ada, 'channel.update', { channelId: chat.channelNamed('dev'), archived: true });
  });

  it('that are private are there only for their members and administrators', async () => {
    const secret = await chat.call(ada, 'channel.create', { name: 'secret', kind: 'private' });
    const strangers = [
      () => chat.call(bob, 'channel.find', { name: 'secret' }),
      () => chat.call(bob, 'member.join', secret),
      () => chat.call(bob, 'channel.members', secret),
      () => chat.call(bob, 'message.history', secret),
      () => chat.call(bob, 'message.send', { ...secret, content: 'x' }),
    ];
    for (const ask of strangers) await expect(ask()).rejects.toMatchObject({ code: 'not_found' });
    expect((await chat.call(bob, 'channel.browse', {})).channels.map(channel => channel.name)).not.toContain('secret');
    await expect(chat.call(bob, 'channel.list', {})).rejects.toMatchObject({ code: 'forbidden' });
    await chat.call(ada, 'member.add', { ...secret, userId: bob.userId });
    await chat.call(bob, 'message.send', { ...secret, content: 'x' });
    await chat.call(ada, 'member.leave', secret);
    expect((await chat.call(ada, 'channel.members', secret)).userIds).toEqual([bob.userId]);
    await chat.call(ada, 'member.remove', { ...secret, userId: bob.userId });
    for (const ask of strangers) await expect(ask()).rejects.toMatchObject({ code: 'not_found' });
    expect(await rowOf(secret.channelId)).toMatchObject({ members: 0 });
  });

  it('are left and joined again; other people’s direct ones stay theirs', async () => {
    await chat.call(bob, 'member.leave', { channelId });
    await expect(chat.call(bob, 'member.leave', { channelId })).rejects.toMatchObject({ code: 'not_found' });
    await chat.call(bob, 'member.join', { channelId });
    const eve = await chat.person('eve');
    const direct = { channelId: (await chat.call(bob, 'channel.openDirect', { name: 'EVE' })).channelId };
    expect((await chat.call(eve, 'channel.openDirect', { userId: bob.userId })).channelId).toBe(direct.channelId);
    for (const ask of [
      () => chat.call(ada, 'channel.members', direct),
      () => chat.call(ada, 'channel.update', { ...direct, name: 'mine' }),
      () => chat.call(ada, 'member.add', { ...direct, userId: ada.userId }),
      () => chat.call(ada, 'member.join', direct),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'not_found' });
    expect((await chat.call(ada, 'channel.list', {})).channels.map(channel => channel.kind)).not.toContain('direct');
  });

  it('have nobody above their role, whatever meets', async () => {
    const people = [bob, await chat.person('cy'), await chat.person('dan')];
    const who = fc.constantFrom(...people);
    const role = fc.constantFrom(...roles);
    const deed = fc.oneof(
      fc.record({ do: fc.constant('join' as const), who }),
      fc.record({ do: fc.constant('role' as const), who, role }),
      fc.record({ do: fc.constant('reach' as const), role }),
    );
    const channels = ['atelier', 'supervision', 'dev'].map(name => chat.channelNamed(name));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(deed, fc.nat(2)), { minLength: 2, maxLength: 8 }), async deeds => {
        await Promise.allSettled(
          deeds.map(([one, n]) => {
            const target = { channelId: channels[n]! };
            if (one.do === 'join') return chat.call(one.who, 'member.join', target);
            if (one.do === 'role') return chat.call(ada, 'user.setRole', { userId: one.who.userId, role: one.role });
            return chat.call(ada, 'channel.update', { ...target, minRole: one.role });
          }),
        );
        // What had to be mended was handed to the commit by then: one more unit comes after it.
        await chat.call(ada, 'message.send', { channelId: chat.channelNamed('général'), content: 'that was all' });
        for (const { channelId: id, minRole } of (await chat.call(ada, 'channel.list', {})).channels)
          for (const userId of (await chat.call(ada, 'channel.members', { channelId: id })).userIds)
            expect(atLeast(chat.house.accounts.directory.byId(userId)!.role, minRole)).toBe(true);
        const rows = await chat.house.store.read
          .selectFrom('membership')
          .innerJoin('channel', 'channel.channel_id', 'membership.channel_id')
          .innerJoin('user_account', 'user_account.user_id', 'membership.user_id')
          .select(['channel.min_role', 'user_account.role'])
          .execute();
        for (const row of rows) expect(atLeast(row.role, row.min_role)).toBe(true);
      }),
      { numRuns: 30, interruptAfterTimeLimit: 15_000 },
    );
  });
});
