import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AccountsRoom, local, openAccountsRoom, strong } from '../../test/accounts-room.ts';
import { onEachDatabase } from '../../test/databases.ts';
import type { UserActor } from '../context.ts';

onEachDatabase('users', newDatabase => {
  let room: AccountsRoom;
  let ada: UserActor;
  beforeEach(async () => {
    room = await openAccountsRoom(await newDatabase());
    ada = await room.firstAdmin();
  });
  afterEach(() => room.close());

  const create = (name: string, password = strong) => room.call('user.create', { name, password, role: 'member' }, { actor: ada });
  const idOf = (name: string) => room.accounts.directory.byName(name)!.userId;
  const audit = async () => (await room.call('audit.list', {}, { actor: ada })).records;

  it('are made by an administrator, told to everybody and to the other rooms', async () => {
    const { userId } = await create('  Zoe\u0301 ');
    const user = { userId, name: 'Zo\u00e9', kind: 'person', role: 'member', disabled: false };
    expect(room.accounts.directory.byName('ZO\u00c9')).toEqual(user);
    expect(room.accounts.directory.byId(userId)).toEqual(user);
    expect(room.changes.at(-1)).toEqual({
      userId,
      name: 'Zo\u00e9',
      language: 'fr',
      before: undefined,
      after: { role: 'member', disabled: false },
    });
    expect(room.events.at(-1)).toMatchObject({ name: 'user.created', topic: 'all', ids: { userId }, body: { user } });
    expect((await audit())[0]).toMatchObject({
      actor: 'Ada',
      action: 'user.create',
      subject: 'Zo\u00e9',
      door: 'tcp',
      address: '192.0.2.7',
    });
    expect(room.lines.at(-1)).toMatch(/^INFO \[ADMIN\] Did user\.create \{"by":"Ada","subject":"Zo\u00e9",/);
  });

  it('are made by administrators only', async () => {
    const bob = await room.person('Bob', 'technician');
    await expect(room.call('user.create', { name: 'Eve', password: strong, role: 'admin' }, { actor: bob })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(room.call('user.create', { name: 'Eve', password: strong, role: 'admin' })).rejects.toMatchObject({
      code: 'not_logged_in',
    });
  });

  it('are neither made nor given a password by whoever is no administrator any more at the commit', async () => {
    const bob = await room.person('Bob', 'admin');
    const zoe = await room.person('Zoe');
    const asked = [
      room.call('user.create', { name: 'Eve', password: strong, role: 'admin' }, { actor: bob }),
      room.call('user.setPassword', { userId: zoe.userId, password: `${strong}-2` }, { actor: bob }),
    ];
    const told = Promise.allSettled(asked);
    // Their passwords are still being hashed.
    await room.call('user.setRole', { userId: bob.userId, role: 'member' }, { actor: ada });
    expect((await told).map(one => one.status === 'rejected' && one.reason.code)).toEqual(['forbidden', 'forbidden']);
    expect(room.accounts.directory.byName('Eve')).toBeUndefined();
    expect(await room.call('session.logIn', { user: 'Zoe', password: strong })).toHaveProperty('token');
  });

  it('are not made by whoever is banned by the commit', async () => {
    const bob = await room.person('Bob', 'admin');
    const told = Promise.allSettled([room.call('user.create', { name: 'Eve', password: strong, role: 'admin' }, { actor: bob })]);
    // The password is still being hashed.
    await room.store.write
      .updateTable('user_account')
      .set({ banned_until: room.now + 60_000 })
      .where('user_id', '=', bob.userId)
      .execute();
    expect(await told).toMatchObject([{ status: 'rejected', reason: { code: 'forbidden' } }]);
    expect(room.accounts.directory.byName('Eve')).toBeUndefined();
  });

  it('have a name of their own, whatever its case, also when two ask at the same moment', async () => {
    await create('Alice');
    await expect(create('ALICE')).rejects.toMatchObject({ code: 'user_exists' });
    const both = await Promise.allSettled([create('Bob'), create('bob')]);
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(one => one.status === 'rejected')).toMatchObject({ reason: { code: 'user_exists' } });
  });

  it.each([
    ['', 'empty'],
    ['x'.repeat(49), 'long'],
    ['a\nb', 'characters'],
    ['<b>', 'characters'],
  ])('are not called %j', async (name, reason) => {
    await expect(create(name)).rejects.toMatchObject({ code: 'bad_user_name', params: { reason } });
  });

  it('have a password that is not weak', async () => {
    await expect(create('Alice', 'short')).rejects.toMatchObject({ code: 'weak_password', params: { reason: 'short' } });
    await expect(create('Alice', 'motdepasse2026')).rejects.toMatchObject({ code: 'weak_password', params: { reason: 'common' } });
  });

  it('are listed by name, page by page', async () => {
    for (const name of ['carol', 'Bob', 'dave']) await create(name);
    const first = await room.call('user.list', { limit: 3 }, { actor: ada });
    expect(first.users.map(user => user.name)).toEqual(['Ada', 'Bob', 'carol']);
    expect(first.next).toBe('carol');
    const second = await room.call('user.list', { limit: 3, after: first.next! }, { actor: ada });
    expect(second).toEqual({
      users: [expect.objectContaining({ name: 'dave', lastSeenAt: null, createdAt: room.now, language: 'fr' })],
      next: null,
    });
  });

  it('get another role', async () => {
    const { userId } = await create('Bob');
    await room.call('user.setRole', { userId, role: 'technician' }, { actor: ada });
    expect(room.accounts.directory.byId(userId)?.role).toBe('technician');
    expect(room.changes.at(-1)).toMatchObject({ userId, before: { role: 'member' }, after: { role: 'technician' } });
    expect((await audit())[0]).toMatchObject({
      action: 'user.setRole',
      detail: JSON.stringify({ userId, from: 'member', to: 'technician' }),
    });
    const known = (await audit()).length;
    await room.call('user.setRole', { userId, role: 'technician' }, { actor: ada });
    expect(await audit()).toHaveLength(known);
  });

  it('are closed and opened again; their sessions end', async () => {
    const bob = await room.person('Bob');
    await room.call('user.disable', { userId: bob.userId }, { actor: ada });
    expect(room.ended).toEqual([{ userId: bob.userId, reason: 'disabled' }]);
    expect(room.accounts.directory.byId(bob.userId)?.disabled).toBe(true);
    expect(await room.store.read.selectFrom('session').selectAll().where('user_id', '=', bob.userId).execute()).toEqual([]);
    await room.call('user.enable', { userId: bob.userId }, { actor: ada });
    await room.call('session.logIn', { user: 'Bob', password: strong });
    expect((await audit()).map(({ action }) => action).slice(0, 2)).toEqual(['user.enable', 'user.disable']);
  });

  it('get another password; their sessions end', async () => {
    const bob = await room.person('Bob');
    await room.call('user.setPassword', { userId: bob.userId, password: 'tortue-verte-17-nuages' }, { actor: ada });
    expect(room.ended).toEqual([{ userId: bob.userId, reason: 'password_changed' }]);
    await expect(room.call('session.logIn', { user: 'Bob', password: strong })).rejects.toMatchObject({ code: 'login_failed' });
    await room.call('session.logIn', { user: 'Bob', password: 'tortue-verte-17-nuages' });
  });

  it('keep an administrator who can log in', async () => {
    const last = { code: 'last_admin' };
    await expect(room.call('user.setRole', { userId: ada.userId, role: 'member' }, { actor: ada })).rejects.toMatchObject(last);
    await expect(room.call('user.disable', { userId: ada.userId }, { actor: ada })).rejects.toMatchObject(last);
    const bob = await room.person('Bob', 'admin');
    await room.call('user.disable', { userId: bob.userId }, { actor: ada });
    await expect(room.call('user.disable', { userId: ada.userId }, { actor: local })).rejects.toMatchObject(last);
    expect(room.accounts.directory.byId(ada.userId)).toMatchObject({ role: 'admin', disabled: false });
  });

  it('keep an administrator also when two take each other’s rights', async () => {
    const bob = await room.person('Bob', 'admin');
    const both = await Promise.allSettled([
      room.call('user.setRole', { userId: bob.userId, role: 'member' }, { actor: ada }),
      room.call('user.disable', { userId: ada.userId }, { actor: bob }),
    ]);
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(one => one.status === 'rejected')).toMatchObject({ reason: { code: 'last_admin' } });
    expect([...room.accounts.directory.all()].filter(user => user.role === 'admin' && !user.disabled)).toHaveLength(1);
  });

  it('are not told wrongly when two changes meet', async () => {
    const { userId } = await create('Bob');
    const both = await Promise.allSettled([
      room.call('user.setRole', { userId, role: 'technician' }, { actor: ada }),
      room.call('user.disable', { userId }, { actor: local }),
    ]);
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(one => one.status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
    const { users } = await room.call('user.list', {}, { actor: ada });
    const { createdAt: _, lastSeenAt: __, language: ___, ...stored } = users.find(user => user.userId === userId)!;
    expect(room.accounts.directory.byId(userId)).toEqual(stored);
  });

  it('that are not there cannot be changed', async () => {
    await expect(room.call('user.setRole', { userId: 'nobody', role: 'member' }, { actor: ada })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('leave no password in the database or the log', async () => {
    await create('Bob');
    await room.call('user.setPassword', { userId: idOf('Bob'), password: 'tortue-verte-17-nuages' }, { actor: ada });
    for (const table of ['user_account', 'audit', 'event', 'session', 'invitation']) {
      const { rows } = await room.store.read.executeQuery(CompiledQuery.raw(`select * from ${table}`));
      expect(JSON.stringify(rows)).not.toMatch(/hibou|tortue/);
    }
    expect(room.lines.join('\n')).not.toMatch(/hibou|tortue/);
  });

  it('are there again after a restart', async () => {
    const { userId } = await create('Bob');
    const { Directory } = await import('./directory.ts');
    const directory = await Directory.load(room.store.read);
    expect(directory.byName('bob')).toEqual(room.accounts.directory.byId(userId));
    expect([...directory.all()]).toHaveLength(2);
  });

  it('are audited newest first, page by page, with acts of the machine’s own administrator', async () => {
    await create('Bob');
    await room.call('user.disable', { userId: idOf('Bob') }, { actor: local });
    const { records } = await room.call('audit.list', { limit: 2 }, { actor: ada });
    expect(records.map(({ actor, action }) => `${actor} ${action}`)).toEqual(['(local) user.disable', 'Ada user.create']);
    const rest = await room.call('audit.list', { before: records[1]!.auditId }, { actor: ada });
    expect(rest.records.map(({ actor, action }) => `${actor} ${action}`)).toEqual(['Ada setup.complete']);
  });
});

onEachDatabase('registration', newDatabase => {
  it.each(['invite', 'closed'] as const)('is refused when it is %s', async registration => {
    const room = await openAccountsRoom(await newDatabase(), { registration });
    await expect(room.call('user.register', { name: 'Bob', password: strong })).rejects.toMatchObject({ code: 'registration_closed' });
    await room.close();
  });

  it('is slowed for one address, however many ask together; mistakes do not count', async () => {
    const room = await openAccountsRoom(await newDatabase(), { registration: 'open', limits: { registrationsPerAddress: 2 } });
    const register = (name: string, address = '192.0.2.7', password = strong) =>
      room.call('user.register', { name, password }, { address });
    for (let i = 0; i < 3; i++) await expect(register('Eve', undefined, 'weak')).rejects.toMatchObject({ code: 'weak_password' });
    const three = await Promise.allSettled(['Ann', 'Bob', 'Cleo'].map(name => register(name)));
    expect(three.map(one => one.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(three[2]).toMatchObject({ reason: { code: 'too_fast', params: { seconds: 300 } } });
    await register('Dora', '192.0.2.8');
    room.now += 300_000;
    await register('Cleo');
    await room.close();
  });

  it('makes members when it is open, and logs nobody in', async () => {
    const room = await openAccountsRoom(await newDatabase(), { registration: 'open' });
    const { userId } = await room.call('user.register', { name: 'Bob', password: strong });
    expect(room.accounts.directory.byId(userId)).toMatchObject({ name: 'Bob', role: 'member' });
    expect(await room.store.read.selectFrom('session').selectAll().execute()).toEqual([]);
    await expect(room.call('user.register', { name: 'bob', password: strong })).rejects.toMatchObject({ code: 'user_exists' });
    await room.close();
  });
});
