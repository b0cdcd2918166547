import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AccountsRoom, liveConnection, local, openAccountsRoom, strong } from '../../test/accounts-room.ts';
import { onEachDatabase } from '../../test/databases.ts';
import type { UserActor } from '../context.ts';

const minute = 60_000;
const day = 86_400_000;
const tokenOf = (link: string) => link.split('#')[1]!;

onEachDatabase('set-up', newDatabase => {
  let room: AccountsRoom;
  beforeEach(async () => {
    room = await openAccountsRoom(await newDatabase());
  });
  afterEach(() => room.close());

  const complete = (link: string, name = 'Ada') =>
    room.call('setup.complete', { token: tokenOf(link), name, password: strong, language: 'fr' });

  it('makes the first administrator with a link, and logs in', async () => {
    await expect(room.call('server.show', {})).resolves.toEqual({
      name: 'Aerie',
      version: '1.2.3',
      setupNeeded: true,
      registration: 'invite',
      guests: false,
      passwordMin: 12,
    });
    const { link, expiresAt } = (await room.accounts.setupLink())!;
    expect(link).toMatch(/^https:\/\/aerie\.example\/setup#[\w-]{43}$/);
    expect(expiresAt).toBe(room.now + 30 * minute);
    expect(await room.call('invitation.show', { token: tokenOf(link) })).toEqual({
      kind: 'setup',
      name: null,
      role: 'admin',
      invitedBy: null,
      expiresAt,
    });
    const { me, token } = await complete(link);
    expect(me).toMatchObject({ name: 'Ada', role: 'admin', language: 'fr' });
    expect(await room.accounts.authenticate(token!)).toMatchObject({ role: 'admin' });
    expect(await room.call('server.show', {})).toMatchObject({ setupNeeded: false });
    expect(await room.accounts.setupLink()).toBeUndefined();
  });

  it('uses a link once', async () => {
    const { link } = (await room.accounts.setupLink())!;
    const both = await Promise.allSettled([complete(link, 'Ada'), complete(link, 'Eve')]);
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(one => one.status === 'rejected')).toMatchObject({ reason: { code: 'link_invalid' } });
    await expect(complete(link, 'Zoe')).rejects.toMatchObject({ code: 'setup_done' });
    expect([...room.accounts.directory.all()]).toHaveLength(1);
  });

  it('keeps a link open when the form was not right', async () => {
    const { link } = (await room.accounts.setupLink())!;
    await expect(
      room.call('setup.complete', { token: tokenOf(link), name: 'Ada', password: 'weak', language: 'fr' }),
    ).rejects.toMatchObject({ code: 'weak_password' });
    await complete(link);
  });

  it('is told to the log when it is tried with a link that nobody was given, not with one that came too late', async () => {
    const warnings = () => room.lines.filter(line => line.startsWith('WARNING'));
    const { link } = (await room.accounts.setupLink())!;
    room.now += 30 * minute;
    await expect(complete(link)).rejects.toMatchObject({ code: 'link_invalid' });
    await expect(room.call('invitation.show', { token: tokenOf(link) })).rejects.toMatchObject({ code: 'link_invalid' });
    expect(warnings()).toEqual([]);
    const guess = 'x'.repeat(43);
    const guesses = [
      () => complete(`#${guess}`),
      () => room.call('invitation.show', { token: guess }),
      () => room.call('invitation.accept', { token: guess, name: 'Eve', password: strong, language: 'en' }),
    ];
    for (const one of guesses) await expect(one()).rejects.toMatchObject({ code: 'link_invalid' });
    expect(warnings()).toEqual(Array(3).fill('WARNING [LOGIN] Failed login attempt from 192.0.2.7 {"door":"tcp","why":"link"}'));
  });

  it('closes a link when there is another administrator, whichever way that came', async () => {
    const ada = await room.firstAdmin();
    const bob = await room.person('Bob');
    const cleo = await room.person('Cleo', 'admin');
    await room.call('user.disable', { userId: cleo.userId }, { actor: ada });
    const { link: invited } = await room.call('invitation.create', { role: 'admin' }, { actor: ada });
    const ways = [
      () => room.call('user.create', { name: 'Dora', password: strong, role: 'admin' }, { actor: local }),
      () => room.call('user.setRole', { userId: bob.userId, role: 'admin' }, { actor: ada }),
      () => room.call('user.enable', { userId: cleo.userId }, { actor: ada }),
      () => room.call('invitation.accept', { token: tokenOf(invited), name: 'Fay', password: strong, language: 'en' }),
    ];
    for (const way of ways) {
      const { link } = await room.call('setup.renew', {}, { actor: local });
      await way();
      await expect(complete(link, 'Eve')).rejects.toMatchObject({ code: 'link_invalid' });
    }
    const { link } = await room.call('setup.renew', {}, { actor: local });
    await room.person('Gil');
    await complete(link, 'Hal');
  });

  it('closes a link after 30 minutes, and when a newer one is made', async () => {
    const first = (await room.accounts.setupLink())!;
    const second = await room.call('setup.renew', {}, { actor: local });
    await expect(complete(first.link)).rejects.toMatchObject({ code: 'link_invalid' });
    room.now += 30 * minute;
    await expect(complete(second.link)).rejects.toMatchObject({ code: 'link_invalid' });
    const third = await room.call('setup.renew', {}, { actor: local });
    room.now += 30 * minute - 1;
    await complete(third.link);
  });

  it('lets those back in who locked themselves out, and audits it', async () => {
    const ada = await room.firstAdmin();
    await expect(room.call('setup.renew', {}, { actor: ada })).rejects.toMatchObject({ code: 'forbidden' });
    const { link } = await room.call('setup.renew', {}, { actor: local });
    await complete(link, 'Grace');
    const { records } = await room.call('audit.list', {}, { actor: ada });
    expect(records.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'Grace setup.complete',
      '(local) setup.renew',
      'Ada setup.complete',
    ]);
    expect(JSON.stringify(records)).not.toContain(tokenOf(link));
  });

  it('is not done with an invitation', async () => {
    const ada = await room.firstAdmin();
    const { link } = await room.call('invitation.create', {}, { actor: ada });
    await expect(complete(link, 'Eve')).rejects.toMatchObject({ code: 'link_invalid' });
  });
});

onEachDatabase('invitations', newDatabase => {
  let room: AccountsRoom;
  let ada: UserActor;
  beforeEach(async () => {
    room = await openAccountsRoom(await newDatabase());
    ada = await room.firstAdmin();
  });
  afterEach(() => room.close());

  const invite = (fields: { role?: 'member' | 'technician'; name?: string; days?: number } = {}) =>
    room.call('invitation.create', fields, { actor: ada });
  const accept = (link: string, name: string) =>
    room.call('invitation.accept', { token: tokenOf(link), name, password: strong, language: 'en' });

  it('make an account of their role, once, and log its connection in', async () => {
    const { link, expiresAt } = await invite({ role: 'technician', name: 'Bob' });
    expect(link).toMatch(/^https:\/\/aerie\.example\/invitation#[\w-]{43}$/);
    expect(expiresAt).toBe(room.now + 7 * day);
    expect(await room.call('invitation.show', { token: tokenOf(link) })).toEqual({
      kind: 'person',
      name: 'Bob',
      role: 'technician',
      invitedBy: 'Ada',
      expiresAt,
    });
    const connection = liveConnection();
    const { me } = await room.call(
      'invitation.accept',
      { token: tokenOf(link), name: 'Bobby', password: strong, language: 'en' },
      { connection },
    );
    expect(me).toMatchObject({ name: 'Bobby', role: 'technician', language: 'en' });
    expect(connection.actors).toHaveLength(1);
    await expect(accept(link, 'Eve')).rejects.toMatchObject({ code: 'link_invalid' });
    await expect(room.call('invitation.show', { token: tokenOf(link) })).rejects.toMatchObject({ code: 'link_invalid' });
  });

  it('make one account when two come at once', async () => {
    const { link } = await invite();
    const both = await Promise.allSettled([accept(link, 'Bob'), accept(link, 'Eve')]);
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(one => one.status === 'rejected')).toMatchObject({ reason: { code: 'link_invalid' } });
    expect([...room.accounts.directory.all()]).toHaveLength(2);
  });

  it('stay open when the name is taken', async () => {
    const { link } = await invite();
    await expect(accept(link, 'ada')).rejects.toMatchObject({ code: 'user_exists' });
    await accept(link, 'Bob');
  });

  it('are of no use once whoever made them may not invite any more', async () => {
    const { userId } = await room.call('user.create', { name: 'Mallory', password: strong, role: 'admin' }, { actor: ada });
    const mallory: UserActor = { ...ada, userId, name: 'Mallory' };
    const { link } = await room.call('invitation.create', { role: 'admin' }, { actor: mallory });
    await room.call('user.setRole', { userId, role: 'member' }, { actor: ada });
    await expect(accept(link, 'Back')).rejects.toMatchObject({ code: 'link_invalid' });
    await room.call('user.setRole', { userId, role: 'admin' }, { actor: ada });
    await expect(accept(link, 'Back')).resolves.toMatchObject({ me: { role: 'admin' } });
  });

  it('expire, and can be revoked once', async () => {
    const { link } = await invite({ days: 1 });
    room.now += day;
    await expect(accept(link, 'Bob')).rejects.toMatchObject({ code: 'link_invalid' });
    const second = await invite();
    await room.call('invitation.revoke', { invitationId: second.invitationId }, { actor: ada });
    await expect(accept(second.link, 'Bob')).rejects.toMatchObject({ code: 'link_invalid' });
    await expect(room.call('invitation.revoke', { invitationId: second.invitationId }, { actor: ada })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are listed newest first with their state, without set-up links', async () => {
    const used = await invite({ name: 'Bob' });
    const revoked = await invite();
    const expired = await invite({ days: 1 });
    await accept(used.link, 'Bob');
    await room.call('invitation.revoke', { invitationId: revoked.invitationId }, { actor: ada });
    room.now += day;
    const open = await invite();
    const { invitations } = await room.call('invitation.list', {}, { actor: ada });
    expect(invitations.map(({ invitationId, state, name }) => ({ invitationId, state, name }))).toEqual([
      { invitationId: open.invitationId, state: 'open', name: null },
      { invitationId: expired.invitationId, state: 'expired', name: null },
      { invitationId: revoked.invitationId, state: 'revoked', name: null },
      { invitationId: used.invitationId, state: 'used', name: 'Bob' },
    ]);
  });

  it('are made from a class list', async () => {
    const csv = 'Nom;Rôle\nBob;\nZoé;technicien\nAda;member\nBob;\n<script>;\nEve;reine\n';
    const tried = await room.call('user.import', { csv, dryRun: true }, { actor: ada });
    expect(tried.invited).toEqual([
      { name: 'Bob', role: 'member', link: '' },
      { name: 'Zoé', role: 'technician', link: '' },
    ]);
    expect((await room.call('invitation.list', {}, { actor: ada })).invitations).toEqual([]);
    const { invited, refused } = await room.call('user.import', { csv }, { actor: ada });
    expect(refused).toEqual([
      { line: 4, name: 'Ada', reason: expect.stringContaining('existe déjà') },
      { line: 5, name: 'Bob', reason: expect.stringContaining('deux fois') },
      { line: 6, name: '<script>', reason: expect.stringContaining('ne convient pas') },
      { line: 7, name: 'Eve', reason: expect.stringContaining('technicien') },
    ]);
    expect(tried.refused).toEqual(refused);
    const { me } = await accept(invited[1]!.link, 'Zoé');
    expect(me).toMatchObject({ name: 'Zoé', role: 'technician' });
    const { records } = await room.call('audit.list', { limit: 1 }, { actor: ada });
    expect(records[0]).toMatchObject({ action: 'user.import', detail: '{"invited":2,"refused":4}' });
  });

  it('are made from a class list of the largest size', async () => {
    const csv = `name\n${Array.from({ length: 2_000 }, (_, i) => `Student ${i}`).join('\n')}`;
    const { invited, refused } = await room.call('user.import', { csv }, { actor: ada });
    expect(refused).toEqual([]);
    expect(new Set(invited.map(({ link }) => link)).size).toBe(2_000);
    expect((await room.call('invitation.list', {}, { actor: ada })).invitations).toHaveLength(2_000);
  });
});
