import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type AccountsRoom, liveConnection, local, openAccountsRoom, strong } from '../../test/accounts-room.ts';
import { onEachDatabase } from '../../test/databases.ts';
import { mostSessions, newSessionRow, sessionMs } from './sessions.ts';
import { tokenHash } from './tokens.ts';

const minute = 60_000;

onEachDatabase('sessions', newDatabase => {
  let room: AccountsRoom;
  beforeEach(async () => {
    room = await openAccountsRoom(await newDatabase());
    await room.call('user.create', { name: 'Alice', password: strong, role: 'member', language: 'fr' }, { actor: local });
  });
  afterEach(() => room.close());

  const logIn = (name = 'Alice', password = strong) => room.call('session.logIn', { user: name, password });

  it('begin with name and password, whatever the case and spaces of the name', async () => {
    const { token, expiresAt, me } = await logIn('  aLICE ');
    expect(me).toMatchObject({ name: 'Alice', role: 'member', language: 'fr' });
    expect(expiresAt).toBe(room.now + sessionMs);
    expect(await room.accounts.authenticate(token!)).toMatchObject({
      kind: 'user',
      userId: me.userId,
      sessionId: me.sessionId,
      deviceId: me.sessionId,
    });
    expect(room.lines.at(-1)).toMatch(/^INFO \[LOGIN\] Logged in \{"user":"Alice","userId":"[\w-]+","door":"tcp","address":"192.0.2.7"\}$/);
  });

  it('keep only the hash of the token', async () => {
    const { token } = await logIn();
    const { rows } = await room.store.read.executeQuery<Record<string, unknown>>(CompiledQuery.raw('select * from session'));
    expect(rows).toHaveLength(1);
    expect(rows[0]!.token_hash).toBe(tokenHash(token!));
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('do not begin with a wrong password or name, and the log says so for Fail2ban', async () => {
    await expect(logIn('Alice', 'wrong')).rejects.toMatchObject({ code: 'login_failed' });
    await expect(logIn('nobody\n2026-11-21 WARNING [LOGIN] Failed login attempt from 198.51.100.1')).rejects.toMatchObject({
      code: 'login_failed',
    });
    const failures = room.lines.filter(line => line.includes('Failed'));
    expect(failures[0]).toBe('WARNING [LOGIN] Failed login attempt from 192.0.2.7 {"user":"Alice","door":"tcp"}');
    expect(failures[1]).toMatch(/^WARNING \[LOGIN\] Failed login attempt from 192\.0\.2\.7 \{"user":"nobody\\n/);
    expect(failures).toHaveLength(2);
  });

  it('are no guess when they have ended: who comes back with an old one is not told of', async () => {
    const { token } = await logIn();
    await room.call('session.logOut', {}, { actor: (await room.accounts.authenticate(token!))! });
    await expect(room.call('session.resume', { token: token! }, { connection: liveConnection() })).rejects.toMatchObject({
      code: 'session_ended',
    });
    expect(room.lines.filter(line => line.startsWith('WARNING'))).toEqual([]);
  });

  it('let their connection in', async () => {
    const connection = liveConnection();
    const { me } = await room.call('session.logIn', { user: 'Alice', password: strong, device: 'phone' }, { connection });
    expect(connection.actors).toEqual([expect.objectContaining({ userId: me.userId, deviceId: 'phone' })]);
  });

  it('say what their client is, where the door does not', async () => {
    const connection = liveConnection();
    const logInAs = (client: string, agent = '') =>
      room.call('session.logIn', { user: 'Alice', password: strong, client }, { connection, agent });
    const { token } = await logInAs('classcord/1.2 (terminal)');
    await logInAs('a lie', 'Mozilla/5.0');
    const { sessions } = await room.call('session.list', {}, { actor: (await room.accounts.authenticate(token!))! });
    expect(sessions.map(({ agent }) => agent)).toEqual(['Mozilla/5.0', 'classcord/1.2 (terminal)']);
    await room.call('session.resume', { token: token!, client: 'classcord/1.3' }, { connection, agent: '' });
    expect(connection.clients).toEqual(['classcord/1.2 (terminal)', 'a lie', 'classcord/1.3']);
  });

  it('are a hundred at most: those not used for longest end', async () => {
    const { me } = await logIn();
    const { userId } = me;
    await room.store.write
      .insertInto('session')
      .values(
        Array.from({ length: mostSessions }, (_, i) => {
          const sessionId = `s${i}`;
          const fields = { sessionId, userId, device: undefined, door: 'tcp', address: '192.0.2.7', agent: '' };
          return newSessionRow({ ...fields, tokenHash: `hash ${i}`, at: room.now - 100_000 + i });
        }),
      )
      .execute();
    const one = await logIn();
    const other = await logIn();
    const { rows } = await room.store.read.executeQuery<{ session_id: string }>(CompiledQuery.raw('select session_id from session'));
    const left = rows.map(row => row.session_id);
    expect(left).toHaveLength(mostSessions);
    for (const kept of ['s3', 's99', me.sessionId, one.me.sessionId, other.me.sessionId]) expect(left).toContain(kept);
    expect(left).not.toContain('s2');
    expect(room.ended).toEqual(['s1', 's0', 's2'].map(sessionId => ({ userId, sessionId, reason: 'ended' })));
    expect(await room.accounts.authenticate(one.token!)).toBeDefined();
  });

  it('do not begin with what the database cannot hold, and say so', async () => {
    const refused = { code: 'bad_input', params: { reason: 'it has a NUL character' } };
    await expect(logIn('Ali\0ce')).rejects.toMatchObject(refused);
    await expect(room.call('session.logIn', { user: 'Alice', password: strong, device: 'a\0' })).rejects.toMatchObject(refused);
  });

  it('have the rights of the moment they begin, not those from before the password was verified', async () => {
    await room.firstAdmin();
    const { userId } = await room.person('Bob', 'admin');
    const connection = liveConnection();
    // Others are before him, so that his role has changed by the time it is his turn.
    const before = Array.from({ length: 20 }, (_, i) =>
      room.call('session.logIn', { user: `nobody${i}`, password: 'x' }).catch(() => undefined),
    );
    const entering = room.call('session.logIn', { user: 'Bob', password: strong }, { connection });
    await room.call('user.setRole', { userId, role: 'member' }, { actor: local });
    const { me } = await entering;
    await Promise.all(before);
    expect(me.role).toBe('member');
    expect(connection.actors.map(({ role }) => role)).toEqual(['member']);
  });

  it('do not begin on a connection of somebody else', async () => {
    const bob = await room.person('Bob');
    const connection = liveConnection();
    const attempt = room.call('session.logIn', { user: 'Alice', password: strong }, { actor: bob, connection });
    await expect(attempt).rejects.toMatchObject({ code: 'already_logged_in', params: { name: 'Bob' } });
    expect(connection.actors).toEqual([]);
  });

  it('do not begin for a closed account', async () => {
    const { me } = await logIn();
    await room.call('user.disable', { userId: me.userId }, { actor: await room.firstAdmin() });
    await expect(logIn()).rejects.toMatchObject({ code: 'login_failed' });
  });

  it('do not begin for a bot', async () => {
    await room.store.write.updateTable('user_account').set({ kind: 'bot' }).execute();
    await expect(logIn()).rejects.toMatchObject({ code: 'login_failed' });
  });

  it('make guessers wait after five failures, and not before', async () => {
    for (let i = 0; i < 5; i++) await expect(logIn('Alice', `wrong ${i}`)).rejects.toMatchObject({ code: 'login_failed' });
    await expect(logIn()).rejects.toMatchObject({ code: 'too_many_attempts', params: { seconds: 5 } });
    await room.call('session.logIn', { user: 'Alice', password: strong }, { address: '192.0.2.8' });
    room.now += 5_000;
    await logIn();
    await expect(logIn('Alice', 'wrong')).rejects.toMatchObject({ code: 'login_failed' });
    await logIn();
  });

  it('do not let many guesses at once past the limit', async () => {
    const guesses = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => logIn('Alice', `wrong ${i}`)));
    const codes = guesses.map(guess => (guess.status === 'rejected' ? guess.reason.code : 'in'));
    // Two hash at once, so that one more than five may have begun.
    expect(codes.filter(code => code === 'login_failed').length).toBeLessThanOrEqual(6);
    expect(codes).toContain('too_many_attempts');
  });

  it('take as long to refuse an unknown name as a known one', async () => {
    const time = async (name: string) => {
      const begin = performance.now();
      await logIn(name, 'wrong').catch(() => {});
      return performance.now() - begin;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let i = 0; i < 4; i++) {
      known.push(await time('Alice'));
      unknown.push(await time('nobody'));
    }
    // The fastest of each: what the machine does meanwhile only adds.
    const ratio = Math.min(...unknown) / Math.min(...known);
    expect(ratio).toBeGreaterThan(0.25);
    expect(ratio).toBeLessThan(4);
  });

  it('resume with their token on a live connection', async () => {
    const { token, me } = await logIn();
    const connection = liveConnection();
    expect(await room.call('session.resume', { token: token! }, { connection })).toEqual({ me });
    expect(connection.actors).toHaveLength(1);
    await expect(room.call('session.resume', { token: `${token}x` }, { connection: liveConnection() })).rejects.toMatchObject({
      code: 'session_ended',
    });
  });

  it('tell a connection that came in while its session was ended', async () => {
    const { token, me } = await logIn();
    const connection = liveConnection();
    const resumed = room.call(
      'session.resume',
      { token: token! },
      {
        connection: {
          ...connection,
          // Whoever ended it told it before this connection could hear.
          logIn() {
            const { read, write, dialect } = room.store;
            const ended = write.deleteFrom('session').execute();
            room.bus.publish('sessions.ended', { userId: me.userId, reason: 'kicked' });
            if (dialect.readNow) vi.spyOn(dialect, 'readNow').mockReturnValueOnce(undefined);
            const look = read.executeQuery.bind(read);
            vi.spyOn(read, 'executeQuery').mockImplementationOnce(async query => {
              await ended;
              return (await look(query)) as never;
            });
          },
        },
      },
    );
    await resumed;
    expect(room.ended).toEqual([
      { userId: me.userId, reason: 'kicked' },
      { userId: me.userId, sessionId: me.sessionId, reason: 'ended' },
    ]);
  });

  it('are read once for a connection that comes in while none is ended', async () => {
    const { token } = await logIn();
    const { read, dialect } = room.store;
    const reads = [vi.spyOn(read, 'executeQuery'), ...(dialect.readNow ? [vi.spyOn(dialect, 'readNow')] : [])];
    await room.call('session.resume', { token: token! }, { connection: liveConnection() });
    expect(reads.reduce((sum, { mock }) => sum + mock.calls.length, 0)).toBe(1);
  });

  it('live on with use, and expire 30 days after the last', async () => {
    const { token, me } = await logIn();
    room.now += 20 * 86_400_000;
    expect(await room.accounts.authenticate(token!)).toBeDefined();
    await noted(room, me.sessionId);
    room.now += 20 * 86_400_000;
    const actor = await room.accounts.authenticate(token!);
    expect(actor).toBeDefined();
    await noted(room, me.sessionId);
    room.now += sessionMs;
    expect(await room.accounts.authenticate(token!)).toBeUndefined();
    await expect(room.call('session.resume', { token: token! }, { connection: liveConnection() })).rejects.toMatchObject({
      code: 'session_ended',
    });
    expect((await room.call('session.list', {}, { actor: actor! })).sessions).toEqual([]);
  });

  it('note their use at most once a minute', async () => {
    const { token, me } = await logIn();
    const from = room.now;
    const actor = await room.accounts.authenticate(token!);
    room.now = from + minute - 1;
    await room.accounts.authenticate(token!);
    room.now = from + minute;
    await Promise.all([room.accounts.authenticate(token!), room.accounts.authenticate(token!)]);
    await noted(room, me.sessionId);
    expect((await room.call('session.list', {}, { actor: actor! })).sessions[0]).toMatchObject({ createdAt: from, seenAt: from + minute });
    const { users } = await room.call('user.list', {}, { actor: local });
    expect(users[0]).toMatchObject({ name: 'Alice', lastSeenAt: from + minute });
  });

  it('are noted several at a time when a crowd comes back', async () => {
    const { me } = await logIn();
    const tokens = Array.from({ length: 120 }, (_, i) => `token ${i}`);
    for (const [i, token] of tokens.entries()) {
      const row = newSessionRow({
        sessionId: `session-${i}`,
        tokenHash: tokenHash(token),
        userId: me.userId,
        device: undefined,
        door: 'tcp',
        address: '192.0.2.7',
        agent: '',
        at: room.now,
      });
      await room.store.write.insertInto('session').values(row).execute();
    }
    room.now += minute;
    const commits = vi.spyOn(room.store.dialect, 'transaction');
    await Promise.all(tokens.map(token => room.accounts.authenticate(token)));
    await vi.waitFor(async () => {
      const rows = await room.store.read.selectFrom('session').select('seen_at').where('session_id', 'like', 'session-%').execute();
      expect(rows.map(row => row.seen_at)).toEqual(tokens.map(() => room.now));
    }, 10_000);
    expect(commits.mock.calls.length).toBeLessThanOrEqual(4);
  });

  it('are listed newest first, and ended one by one', async () => {
    const first = await logIn();
    room.now += 1_000;
    const second = await logIn();
    const actor = (await room.accounts.authenticate(second.token!))!;
    const { sessions } = await room.call('session.list', {}, { actor });
    expect(sessions.map(({ sessionId, current }) => ({ sessionId, current }))).toEqual([
      { sessionId: second.me.sessionId, current: true },
      { sessionId: first.me.sessionId, current: false },
    ]);
    await room.call('session.end', { sessionId: first.me.sessionId }, { actor });
    expect(room.ended).toEqual([{ userId: actor.userId, sessionId: first.me.sessionId, reason: 'ended' }]);
    expect(await room.accounts.authenticate(first.token!)).toBeUndefined();
    await expect(room.call('session.end', { sessionId: first.me.sessionId }, { actor })).rejects.toMatchObject({ code: 'not_found' });
    await room.call('session.logOut', {}, { actor });
    expect(room.ended[1]).toEqual({ userId: actor.userId, sessionId: second.me.sessionId, reason: 'logged_out' });
    expect(await room.accounts.authenticate(second.token!)).toBeUndefined();
  });

  it('of others cannot be ended', async () => {
    const { me, token } = await logIn();
    const bob = await room.person('Bob');
    await expect(room.call('session.end', { sessionId: me.sessionId }, { actor: bob })).rejects.toMatchObject({ code: 'not_found' });
    expect(await room.accounts.authenticate(token!)).toBeDefined();
  });

  it('change one’s language', async () => {
    const { token } = await logIn();
    const actor = (await room.accounts.authenticate(token!))!;
    expect((await room.call('me.update', { language: 'en' }, { actor })).me.language).toBe('en');
    expect((await room.call('session.show', {}, { actor })).me.language).toBe('en');
    expect(await room.accounts.authenticate(token!)).toMatchObject({ language: 'en' });
  });

  it('change one’s password, which ends the others', async () => {
    const other = await logIn();
    const own = await logIn();
    const actor = (await room.accounts.authenticate(own.token!))!;
    const change = (current: string, password: string) => room.call('me.changePassword', { current, password }, { actor });
    await expect(change('wrong', 'tortue-verte-17-nuages')).rejects.toMatchObject({ code: 'login_failed' });
    await expect(change(strong, 'alice-alice-alice')).rejects.toMatchObject({ code: 'weak_password', params: { reason: 'has_name' } });
    await change(strong, 'tortue-verte-17-nuages');
    expect(room.ended).toEqual([{ userId: actor.userId, except: actor.sessionId, reason: 'password_changed' }]);
    expect(await room.accounts.authenticate(other.token!)).toBeUndefined();
    expect(await room.accounts.authenticate(own.token!)).toBeDefined();
    await expect(logIn()).rejects.toMatchObject({ code: 'login_failed' });
    await logIn('Alice', 'tortue-verte-17-nuages');
  });

  it('make a hash with old parameters new', async () => {
    // "password", by the reference implementation, with 64 MiB.
    const old = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    await room.store.write.updateTable('user_account').set({ password_hash: old }).execute();
    // Both verify the old hash; whoever commits last finds a new one, and verifies that.
    await Promise.all([logIn('Alice', 'password'), logIn('Alice', 'password')]);
    const { password_hash } = await room.store.read.selectFrom('user_account').select('password_hash').executeTakeFirstOrThrow();
    expect(password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await logIn('Alice', 'password');
  });

  it('do not begin when the account is closed while its password is verified', async () => {
    const { userId } = room.accounts.directory.byName('Alice')!;
    const attempt = logIn();
    await room.store.write.updateTable('user_account').set({ disabled_at: room.now }).where('user_id', '=', userId).execute();
    await expect(attempt).rejects.toMatchObject({ code: 'login_failed' });
    expect(await room.store.read.selectFrom('session').selectAll().execute()).toEqual([]);
  });
});

/** Resolves when the use of a session, noted without being waited for, is on disk: a commit that comes after it is. */
async function noted(room: AccountsRoom, sessionId: string): Promise<void> {
  await room.call('setup.renew', {}, { actor: local });
  const { seen_at } = await room.store.read
    .selectFrom('session')
    .select('seen_at')
    .where('session_id', '=', sessionId)
    .executeTakeFirstOrThrow();
  expect(seen_at).toBe(room.now);
}
