import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AccountsRoom, local, openAccountsRoom, strong } from '../../test/accounts-room.ts';
import { onEachDatabase } from '../../test/databases.ts';

onEachDatabase('the audit', newDatabase => {
  let room: AccountsRoom;
  beforeEach(async () => {
    room = await openAccountsRoom(await newDatabase());
  });
  afterEach(() => room.close());

  const act = (subject: string, { by = '(local)', action = 'user.disable', detail = {}, address = '192.0.2.7', at = room.now } = {}) =>
    room.store.write
      .insertInto('audit')
      .values({
        audit_id: `a${String(made++).padStart(6, '0')}`,
        at,
        actor_id: null,
        actor_name: by,
        action,
        subject,
        detail: JSON.stringify(detail),
        door: 'http',
        address,
      })
      .execute();
  let made = 0;
  const found = async (search?: string, more: { from?: number; to?: number; limit?: number; before?: string } = {}) =>
    (await room.call('audit.list', { search, ...more }, { actor: local })).records.map(({ subject }) => subject);

  it('is searched by words in any field, whatever their case', async () => {
    await act('Zoé', { by: 'Ada' });
    await act('ÉMILE', { by: 'Ada', address: '2001:db8::1' });
    await act('Bob', { action: 'user.setRole', detail: { from: 'member', to: 'admin' } });
    expect(await found('ada')).toEqual(['ÉMILE', 'Zoé']);
    expect(await found('ADA zoé')).toEqual(['Zoé']);
    expect(await found('ZOÉ')).toEqual(['Zoé']);
    expect(await found('zoe')).toEqual([]);
    expect(await found('émile 2001:DB8')).toEqual(['ÉMILE']);
    expect(await found('setrole ADMIN')).toEqual(['Bob']);
    expect(await found('user.')).toEqual(['Bob', 'ÉMILE', 'Zoé']);
    expect(await found('   ')).toHaveLength(3);
  });

  it('takes what LIKE has signs for literally', async () => {
    await act('100% sure');
    await act('snake_case!');
    await act('plain\\text');
    expect(await found('100%')).toEqual(['100% sure']);
    expect(await found('1%s')).toEqual([]);
    expect(await found('snake_case!')).toEqual(['snake_case!']);
    expect(await found('s_ake')).toEqual([]);
    expect(await found("x' or 1=1 --")).toEqual([]);
  });

  it('is searched to the end, a page at a time', async () => {
    // Of the letters beyond ASCII the store knows no case: it finds these too, and they are passed over.
    for (let i = 0; i < 12; i++) await act(i % 4 === 0 ? `élu ${i}` : `àlu ${i}`);
    expect(await found('élu', { limit: 2 })).toEqual(['élu 8', 'élu 4']);
    const { records } = await room.call('audit.list', { search: 'élu', limit: 2 }, { actor: local });
    expect(await found('élu', { limit: 2, before: records[1]!.auditId })).toEqual(['élu 0']);
  });

  it('is searched however long it is', async () => {
    const rest = { at: 0, actor_id: null, actor_name: 'Ada', action: 'a', detail: '{}', door: 'http', address: '' };
    for (let at = 0; at < 12_000; at += 500)
      await room.store.write
        .insertInto('audit')
        .values(Array.from({ length: 500 }, (_, i) => ({ ...rest, audit_id: String(at + i).padStart(6, '0'), subject: `s${at + i}.` })))
        .execute();
    expect(await found('s3.')).toEqual(['s3.']);
    expect(await found('s11999.')).toEqual(['s11999.']);
    expect(await found('s6999. ada')).toEqual(['s6999.']);
    expect(await found('absent')).toEqual([]);
    expect(await found('00.', { limit: 130 })).toHaveLength(119);
  });

  it('is bounded by time: from a moment on, and before another', async () => {
    for (const at of [10, 20, 30]) await act(`at ${at}`, { at });
    expect(await found(undefined, { from: 20 })).toEqual(['at 30', 'at 20']);
    expect(await found(undefined, { to: 20 })).toEqual(['at 10']);
    expect(await found('at', { from: 15, to: 30 })).toEqual(['at 20']);
  });

  it('tells of sessions that an administrator ended', async () => {
    const admin = await room.firstAdmin();
    const { userId } = await room.person('Bob');
    await room.call('session.logIn', { user: 'Bob', password: strong });
    await room.call('user.endSessions', { userId }, { actor: admin });
    expect(room.ended).toEqual([{ userId, reason: 'ended' }]);
    expect(await room.store.read.selectFrom('session').select('user_id').execute()).toEqual([{ user_id: admin.userId }]);
    const { records } = await room.call('audit.list', { search: 'endsessions bob' }, { actor: admin });
    expect(records).toMatchObject([{ actor: 'Ada', action: 'user.endSessions', subject: 'Bob' }]);
    await expect(room.call('user.endSessions', { userId: 'nobody' }, { actor: admin })).rejects.toMatchObject({ code: 'not_found' });
  });
});
