import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import type { BusTopics } from '../bus/bus.ts';
import { readConfig } from '../config.ts';
import type { Actor, UserActor } from '../context.ts';
import { openHouse } from '../house.ts';

const quiet = { info() {}, warning() {}, error() {} };
const password = 'hibou-perche-42-lampadaire';
const local: Actor = { kind: 'local' };

onEachDatabase('moderation', newDatabase => {
  let database: TestDatabase;
  let house: Awaited<ReturnType<typeof openHouse>>;
  let now: number;
  let ada: UserActor;
  let bob: UserActor;
  let ended: BusTopics['sessions.ended'][];

  const open = async () => {
    house = await openHouse(
      readConfig({ data: database.folder, ...(database.databaseUrl ? { databaseUrl: database.databaseUrl } : {}) }, {}),
      quiet,
      () => now,
    );
    ended = [];
    house.bus.subscribe('sessions.ended', one => ended.push(one));
  };
  const call = <K extends CommandName>(actor: Actor, name: K, input: CommandInput<K>, address = '192.0.2.1') => {
    const door = actor.kind === 'local' ? 'local' : 'http';
    return house.dispatch.call(actor, { door, address, agent: '', connection: undefined }, name, input) as Promise<CommandOutput<K>>;
  };
  const logIn = async (name: string, address?: string) => {
    const { token } = await call({ kind: 'anyone' }, 'session.logIn', { user: name, password }, address);
    return (await house.accounts.authenticate(token!))!;
  };
  const person = async (name: string, role: 'admin' | 'member') => {
    await call(local, 'user.create', { name, password, role, language: 'fr' });
    return await logIn(name);
  };
  const said = async () => {
    const { channel } = await call(ada, 'channel.find', { name: 'général' });
    const { messages } = await call(ada, 'message.history', { channelId: channel.channelId });
    return messages.filter(message => message.authorName === 'aerie').map(message => message.content);
  };
  const speak = async (actor: Actor) => {
    const { channel } = await call(actor, 'channel.find', { name: 'général' });
    return await call(actor, 'message.send', { channelId: channel.channelId, content: 'bonjour' });
  };
  const audited = async () => (await call(local, 'audit.list', {})).records;

  beforeEach(async () => {
    database = await newDatabase();
    now = Date.UTC(2026, 10, 22, 8);
    await open();
    ada = await person('Ada', 'admin');
    bob = await person('Bob', 'member');
  });
  afterEach(async () => {
    await house.close();
    await database.remove();
  });

  it('mutes for a time, with the reason, and it runs out by itself', async () => {
    const { messageId } = await speak(bob);
    const { channel } = await call(bob, 'channel.find', { name: 'général' });
    const { until } = await call(ada, 'user.mute', { userId: bob.userId, minutes: 10, reason: '  du\ncalme ' });
    expect(until).toBe(now + 600_000);
    expect(house.accounts.directory.byId(bob.userId)).toMatchObject({ mutedUntil: until });
    const refusal = { code: 'muted', params: { until, because: ' (du calme)' } };
    await expect(speak(bob)).rejects.toMatchObject(refusal);
    await expect(call(bob, 'message.edit', { messageId, content: 'autre' })).rejects.toMatchObject(refusal);
    expect((await call(bob, 'message.history', { channelId: channel.channelId })).messages.length).toBeGreaterThan(0);
    await call(bob, 'message.delete', { messageId });
    expect(await said()).toContain('Ada a privé Bob de parole pour 10 minutes (du calme).');
    now = until - 1;
    await expect(speak(bob)).rejects.toMatchObject(refusal);
    now = until;
    await speak(bob);
    expect((await call(ada, 'sanction.list', {})).sanctions).toEqual([]);
    expect((await call(ada, 'sanction.list', { all: true })).sanctions).toMatchObject([{ name: 'Bob', liftedAt: null, until }]);
  });

  it('replaces one mute by the next, and ends it early', async () => {
    await call(ada, 'user.mute', { userId: bob.userId, minutes: 600, reason: 'first' });
    now += 1;
    await call(ada, 'user.mute', { userId: bob.userId, minutes: 1, reason: 'second' });
    expect((await call(ada, 'sanction.list', {})).sanctions).toMatchObject([
      { reason: 'second', createdBy: 'Ada', kind: 'mute', network: null },
    ]);
    await expect(speak(bob)).rejects.toMatchObject({ params: { because: ' (second)' } });
    await call(ada, 'user.unmute', { userId: bob.userId });
    await call(ada, 'user.unmute', { userId: bob.userId });
    await speak(bob);
    expect(house.accounts.directory.byId(bob.userId)).not.toHaveProperty('mutedUntil');
    expect(await said()).toHaveLength(4);
    expect((await audited()).slice(0, 3).map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      'user.unmute Bob',
      'user.mute Bob',
      'user.mute Bob',
    ]);
  });

  it('bans an account: its sessions end, and it comes in again when the time is over', async () => {
    const { until } = await call(ada, 'user.ban', { userId: bob.userId, minutes: 60, reason: 'spam' });
    expect(ended).toEqual([{ userId: bob.userId, reason: 'banned', why: 'spam', until }]);
    const sessions = await house.store.read.selectFrom('session').select('user_id').execute();
    expect(sessions).toEqual([{ user_id: ada.userId }]);
    await expect(logIn('Bob')).rejects.toMatchObject({ code: 'banned', params: { until, because: ' (spam)' } });
    // Without the right password nobody learns of it.
    const wrong = call({ kind: 'anyone' }, 'session.logIn', { user: 'Bob', password: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: 'login_failed' });
    const { users } = await call(ada, 'user.list', {});
    expect(users.find(user => user.name === 'Bob')).toMatchObject({ bannedUntil: until });
    now = until;
    expect(await logIn('Bob')).toMatchObject({ name: 'Bob' });
    expect(await said()).toContain('Ada a banni Bob pour 1\u00a0heure (spam).');
  });

  it('lifts a ban', async () => {
    await call(ada, 'user.ban', { userId: bob.userId, minutes: 60 });
    await call(ada, 'user.unban', { userId: bob.userId });
    expect(await logIn('Bob')).toMatchObject({ name: 'Bob' });
    expect((await call(ada, 'sanction.list', {})).sanctions).toEqual([]);
    expect((await call(ada, 'sanction.list', { all: true })).sanctions).toMatchObject([{ liftedAt: now }]);
    expect((await said()).at(-1)).toBe('Ada a levé le bannissement de Bob.');
  });

  it('lets nobody in whose password was being verified when the ban was committed', async () => {
    for (let round = 0; round < 3; round++) {
      const entering = logIn('Bob').catch((error: unknown) => error);
      const { until } = await call(ada, 'user.ban', { userId: bob.userId, minutes: 5 });
      const entered = await entering;
      const sessions = await house.store.read.selectFrom('session').select('user_id').where('user_id', '=', bob.userId).execute();
      expect(sessions).toEqual([]);
      // Who was in before the ban was put out by it; who came after it was told.
      if (entered instanceof Error) expect(entered).toMatchObject({ code: 'banned', params: { until } });
      await call(ada, 'user.unban', { userId: bob.userId });
    }
  });

  it('keeps mutes, bans and their reasons over a restart', async () => {
    const muted = await call(ada, 'user.mute', { userId: bob.userId, minutes: 10, reason: 'calm' });
    const banned = await call(ada, 'address.ban', { address: '198.51.100.0/24', minutes: 10, reason: 'flood' });
    const cy = await person('Cy', 'member');
    await call(ada, 'user.ban', { userId: cy.userId, minutes: 10, reason: 'spam' });
    await house.close();
    await open();
    await expect(speak(bob)).rejects.toMatchObject({ code: 'muted', params: { until: muted.until, because: ' (calm)' } });
    await expect(logIn('Cy')).rejects.toMatchObject({ code: 'banned', params: { because: ' (spam)' } });
    await expect(logIn('Ada', '198.51.100.9')).rejects.toMatchObject({
      code: 'banned',
      params: { until: banned.until, because: ' (flood)' },
    });
  });

  it('bans a network on every command, but for the machine itself, until it is lifted or over', async () => {
    const { until, network } = await call(ada, 'address.ban', { address: '198.51.100.77/24', minutes: 10 });
    expect(network).toBe('198.51.100.0/24');
    for (const address of ['198.51.100.1', '::ffff:198.51.100.1', '::ffff:c633:6401'])
      await expect(call(bob, 'session.show', {}, address)).rejects.toMatchObject({ code: 'banned', params: { until } });
    await expect(call({ kind: 'anyone' }, 'server.show', {}, '198.51.100.1')).rejects.toMatchObject({ code: 'banned' });
    await call(local, 'server.show', {}, '198.51.100.1');
    await call(bob, 'session.show', {}, '198.51.101.1');
    // Whose address it is, the others need not know.
    expect((await said()).at(-1)).toBe('Ada a banni une adresse réseau pour 10 minutes.');
    await call(ada, 'address.unban', { address: '198.51.100.0/24' });
    await call(bob, 'session.show', {}, '198.51.100.1');
    await expect(call(ada, 'address.unban', { address: '198.51.100.0/24' })).rejects.toMatchObject({ code: 'not_found' });
    const again = await call(ada, 'address.ban', { address: '2001:db8::/48', minutes: 1 });
    await expect(call(bob, 'session.show', {}, '2001:db8:0:9::1')).rejects.toMatchObject({ code: 'banned' });
    now = again.until;
    await call(bob, 'session.show', {}, '2001:db8:0:9::1');
    expect((await audited()).slice(0, 3).map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      'address.ban 2001:db8::/48',
      'address.unban 198.51.100.0/24',
      'address.ban 198.51.100.0/24',
    ]);
  });

  it('bans no network that is wider than anybody holds', async () => {
    const wide = [
      ['0.0.0.0/0', '0.0.0.0/0', 8],
      ['198.51.100.7/7', '198.0.0.0/7', 8],
      ['::/0', '::/0', 16],
      ['2001:db8::/15', '2000::/15', 16],
      // All of IPv4, in the clothes of IPv6.
      ['::ffff:0.0.0.0/96', '0.0.0.0/0', 8],
    ] as const;
    for (const actor of [ada, local])
      for (const [address, network, widest] of wide)
        await expect(call(actor, 'address.ban', { address, minutes: 10 })).rejects.toMatchObject({
          code: 'network_too_wide',
          params: { network, widest },
        });
    expect((await call(ada, 'sanction.list', { all: true })).sanctions).toEqual([]);
    for (const address of ['198.0.0.0/8', '2001::/16']) await call(ada, 'address.ban', { address, minutes: 10 });
  });

  it('lets probes show their key from a banned network', async () => {
    await call(ada, 'address.ban', { address: '198.51.100.1', minutes: 10 });
    const connect = call({ kind: 'anyone' }, 'probe.challenge', {}, '198.51.100.1');
    await expect(connect).rejects.toMatchObject({ code: 'wrong_door' });
  });

  it('puts somebody out, who may come in again', async () => {
    await call(ada, 'user.kick', { userId: bob.userId, reason: 'pause' });
    expect(ended).toEqual([{ userId: bob.userId, reason: 'kicked', why: 'pause' }]);
    expect((await house.store.read.selectFrom('session').select('user_id').execute()).map(row => row.user_id)).toEqual([ada.userId]);
    expect(await logIn('Bob')).toMatchObject({ name: 'Bob' });
    expect((await said()).at(-1)).toBe('Ada a exclu Bob (pause).');
  });

  it('is not for oneself, for bots, for one’s own address, or for people who are not there', async () => {
    const bot = house.accounts.directory.byName('aerie')!;
    const self = { code: 'would_lock_out', params: { what: 'Ada' } };
    for (const name of ['user.kick', 'user.mute', 'user.ban'] as const) {
      await expect(call(ada, name, { userId: ada.userId, minutes: 5 } as never)).rejects.toMatchObject(
        name === 'user.kick' ? { code: 'bad_input' } : self,
      );
      const input = name === 'user.kick' ? {} : { minutes: 5 };
      await expect(call(ada, name, { userId: ada.userId, ...input } as never)).rejects.toMatchObject(self);
      for (const userId of [bot.userId, 'nobody'])
        await expect(call(ada, name, { userId, ...input } as never)).rejects.toMatchObject({ code: 'not_found' });
      await expect(call(bob, name, { userId: ada.userId, ...input } as never)).rejects.toMatchObject({ code: 'forbidden' });
    }
    for (const address of ['192.0.2.1', '192.0.0.0/16', '::ffff:192.0.2.1'])
      await expect(call(ada, 'address.ban', { address, minutes: 5 })).rejects.toMatchObject({ code: 'would_lock_out' });
    await expect(call(ada, 'address.ban', { address: 'here', minutes: 5 })).rejects.toMatchObject({ code: 'bad_address' });
    expect(await said()).toHaveLength(1);
  });

  it('leaves somebody who can administer', async () => {
    await expect(call(local, 'user.ban', { userId: ada.userId, minutes: 5 })).rejects.toMatchObject({ code: 'last_admin' });
    const zoe = await person('Zoé', 'admin');
    const both = await Promise.allSettled([
      call(ada, 'user.ban', { userId: zoe.userId, minutes: 5 }),
      call(zoe, 'user.ban', { userId: ada.userId, minutes: 5 }),
    ]);
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(one => one.status === 'rejected')).toMatchObject({ reason: { code: 'last_admin' } });
    // Who is banned cannot administer either.
    const left = both[0]!.status === 'fulfilled' ? ada : zoe;
    await expect(call(local, 'user.disable', { userId: left.userId })).rejects.toMatchObject({ code: 'last_admin' });
    await expect(call(local, 'user.setRole', { userId: left.userId, role: 'member' })).rejects.toMatchObject({ code: 'last_admin' });
    now += 5 * 60_000;
    await call(local, 'user.disable', { userId: left.userId });
  });

  it('tells of a person what holds, when a role, a mute and a ban meet', async () => {
    const { userId } = bob;
    await Promise.all([
      call(ada, 'user.mute', { userId, minutes: 5 }),
      call(ada, 'user.ban', { userId, minutes: 6 }),
      call(ada, 'user.setRole', { userId, role: 'technician' }),
    ]);
    const { users } = await call(ada, 'user.list', {});
    const { createdAt: _, lastSeenAt: __, language: ___, ...stored } = users.find(user => user.userId === userId)!;
    expect(house.accounts.directory.byId(userId)).toEqual(stored);
    expect(stored).toMatchObject({ role: 'technician', mutedUntil: now + 300_000, bannedUntil: now + 360_000 });
  });
});
