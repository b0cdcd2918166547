import { type CommandName, commands, scopeFor, tokenReads } from '@aerie/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { readConfig } from '../config.ts';
import type { Act, Caller, Ctx } from '../context.ts';
import { logLine } from '../log.ts';
import { Committer } from '../store/commit.ts';
import { openStore, type Store } from '../store/store.ts';
import { Unit } from '../store/unit.ts';
import { openTokens, type Tokens } from './room.ts';

it('reads, with every scope, what only reads', () => {
  for (const name of Object.values(tokenReads).flat()) {
    expect(commands[name as CommandName], name).toMatchObject({ reads: true });
    expect(scopeFor(name)).toBeDefined();
  }
  for (const name of ['user.list', 'audit.list', 'message.history', 'route.list', 'incident.acknowledge', 'device.update'])
    expect(scopeFor(name)).toBeUndefined();
});

onEachDatabase('tokens of programs', newDatabase => {
  let database: TestDatabase;
  let store: Store;
  let committer: Committer;
  let tokens: Tokens;
  let time: number;
  let lines: string[];
  let acts: Act[];
  let ctx: Ctx;

  beforeEach(async () => {
    time = Date.parse('2026-11-22T12:00:00Z');
    lines = [];
    acts = [];
    database = await newDatabase();
    store = await openStore(database);
    const now = () => time;
    committer = new Committer(store, 0, now, error => {
      throw error;
    });
    const log = {
      info() {},
      error() {},
      warning: (...rest: never[]) => void lines.push(logLine(time, 'WARNING', ...(rest as unknown as [never, never]))),
    };
    tokens = openTokens({ store, committer, limits: readConfig({}, {}).limits, log, now });
    ctx = {
      actor: { kind: 'user', userId: 'u1', name: 'Ada', role: 'admin', language: 'en', sessionId: 'x', deviceId: 'd' },
      caller: {} as Caller,
      db: store.read,
      log,
      now,
      commit: unit => committer.commit(unit),
      commitAct(unit, act) {
        acts.push(act);
        return committer.commit(unit);
      },
    };
  });

  afterEach(async () => {
    await committer.stop();
    await store.close();
    await database.remove();
  });

  const from = (address: string) => ({ address, door: 'http' as const });
  const create = (fields: { expiresAt?: number | null } = {}) =>
    tokens.commands['token.create'](ctx, { name: 'Grafana', scopes: ['sites', 'metrics', 'sites'], expiresAt: null, ...fields });
  const list = async () => (await tokens.commands['token.list'](ctx, {})).tokens;

  it('are shown once, known again, and kept as a hash', async () => {
    const { token, tokenId } = await create();
    expect(token).toMatch(/^aerie_[\w-]{43}$/);
    expect(await tokens.authenticate(token, from('192.0.2.7'))).toEqual({
      kind: 'token',
      tokenId,
      name: 'Grafana',
      scopes: ['sites', 'metrics'],
    });
    const [row] = await store.read.selectFrom('api_token').selectAll().execute();
    expect(JSON.stringify([row, acts, await list()])).not.toContain(token.slice(6));
    expect(acts).toMatchObject([{ action: 'token.create', subject: 'Grafana', detail: { tokenId } }]);
  });

  it('are of no use once revoked or expired, and say so only to the log', async () => {
    const [one, two] = [await create(), await create({ expiresAt: time + 60_000 })];
    await tokens.authenticate(two.token, from('192.0.2.7'));
    await tokens.commands['token.revoke'](ctx, { tokenId: one.tokenId });
    time += 60_000;
    for (const { token } of [one, two, { token: 'aerie_unknown' }])
      await expect(tokens.authenticate(token, from('192.0.2.7'))).rejects.toMatchObject({ code: 'token_refused', status: 401 });
    expect(
      lines.every(line => / WARNING \[LOGIN\] Failed login attempt from 192\.0\.2\.7 \{"user":"\(token\)",.*"door":"http"\}/.test(line)),
    ).toBe(true);
    expect(lines.length).toBe(3);
    expect(lines.join()).not.toContain(one.token.slice(6));
    await expect(create({ expiresAt: time })).rejects.toMatchObject({ params: { field: 'expiresAt' } });
    await expect(tokens.commands['token.revoke'](ctx, { tokenId: 'none' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('slow down whoever tries them, and nobody else', async () => {
    const { token } = await create();
    const guess = (n: number, address = '192.0.2.7') =>
      tokens.authenticate(`aerie_${n}`, from(address)).then(
        () => 'in',
        error => error.code,
      );
    expect(await Promise.all(Array.from({ length: 5 }, () => guess(0)))).toEqual(Array(5).fill('token_refused'));
    expect(await guess(0)).toBe('too_many_attempts');
    // A program with a right token behind the same address works, until the address as a whole has tried too much.
    expect(await tokens.authenticate(token, from('192.0.2.7'))).toMatchObject({ name: 'Grafana' });
    for (let n = 1; n <= 45; n++) await guess(n);
    await expect(tokens.authenticate(token, from('192.0.2.7'))).rejects.toMatchObject({ code: 'too_many_attempts' });
    expect(await tokens.authenticate(token, from('192.0.2.8'))).toMatchObject({ name: 'Grafana' });
  });

  it('note when they were used, a minute apart at the least', async () => {
    const { token } = await create();
    const at = time;
    for (const ms of [0, 30_000, 59_999]) {
      time = at + ms;
      await tokens.authenticate(token, from('192.0.2.7'));
      await committer.commit(new Unit());
    }
    expect(await list()).toMatchObject([{ usedAt: at }]);
    time = at + 60_000;
    await tokens.authenticate(token, from('192.0.2.7'));
    await committer.commit(new Unit());
    expect(await list()).toMatchObject([{ usedAt: at + 60_000 }]);
  });
});
