import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../test/databases.ts';
import { type NotifyRoom, openNotifyRoom } from '../../test/notify-room.ts';
import { checkSecrets } from '../cli/checks/secrets.ts';
import { readConfig } from '../config.ts';
import { sealedTexts } from '../store/health.ts';
import { readKeys, writeKeys } from './key-file.ts';
import { keyIdOf, newKey, seal, unseal } from './sealing.ts';

describe('a sealed text', () => {
  const key = newKey();

  it('opens with its key, for its purpose', () => {
    for (const text of ['', 'p', 'Mot de passé 🔑', 'x'.repeat(10_000)]) {
      const sealed = seal(key, text, 'mail');
      expect(keyIdOf(sealed)).toBe(key.keyId);
      expect(unseal(key, sealed, 'mail')).toBe(text);
      // Never the same twice: whoever reads the database cannot tell that two are one.
      expect(seal(key, text, 'mail')).not.toBe(sealed);
    }
  });

  it.each([
    ['another key', newKey(), (sealed: string) => sealed, 'mail'],
    ['another key of the same id', { ...newKey(), keyId: key.keyId }, (sealed: string) => sealed, 'mail'],
    ['another purpose', key, (sealed: string) => sealed, 'route:1'],
    ['a changed letter', key, (sealed: string) => sealed.slice(0, -3) + (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2), 'mail'],
    ['a part that is cut off', key, (sealed: string) => sealed.slice(0, -8), 'mail'],
  ])('does not open with %s', (_, other, change, purpose) => {
    const sealed = seal(key, 'secret', 'mail');
    expect(() => unseal(other, change(sealed), purpose)).toThrow();
  });
});

onEachDatabase('secrets at rest', newDatabase => {
  let database: TestDatabase;
  let room: NotifyRoom;
  let file: string;
  const password = 'of the mail server';
  const server = { host: '127.0.0.1', port: 25, tls: 'none' as const, user: 'aerie', from: 'aerie@school.example' };
  const hook = { name: 'Hook', on: true, siteIds: null, groups: null, atLeast: 'info' as const, language: 'en' as const };

  beforeEach(async () => {
    database = await newDatabase();
    file = join(database.folder, 'secret.key');
    room = await openNotifyRoom(database);
  });

  afterEach(async () => {
    await room.close();
    await database.remove();
  });

  const restart = async () => {
    await room.close();
    room = await openNotifyRoom(database);
  };
  const keepTwo = async () => {
    await room.call('mail.set', { server, password });
    return await room.call('route.create', { ...hook, target: { kind: 'webhook', url: 'http://127.0.0.1:1/hook' } });
  };
  const where = () => ({ folder: database.folder, databaseUrl: database.databaseUrl });
  const keyIds = async () => new Set((await sealedTexts(where())).map(({ sealed }) => keyIdOf(sealed)));
  const findings = async () => checkSecrets(readConfig({ data: database.folder }, {}), await sealedTexts(where()));
  /** Whether what is kept opens: a try to send gets past the secrets, to a server that is not there. */
  const trouble = async () => (await room.call('mail.test', { to: 'ada@school.example' })).answer;

  it('are sealed with a key that is made once, for its owner only', async () => {
    const [before] = readKeys(file)!;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await keepTwo();
    expect(await keyIds()).toEqual(new Set([before!.keyId]));
    await restart();
    expect(readKeys(file)).toEqual([before]);
    expect(await findings()).toMatchObject([{ level: 'good', says: expect.stringContaining('2 secrets') }]);
    chmodSync(file, 0o644);
    expect(await findings()).toMatchObject([{ level: 'good' }, { level: 'wrong', mend: `chmod 600 ${file}` }]);
  });

  it('are all sealed anew with a new key', async () => {
    await keepTwo();
    const [before] = readKeys(file)!;
    const { keyId, resealed, forgotten } = await room.call('secret.rotate', {});
    expect([keyId === before!.keyId, resealed, forgotten]).toEqual([false, 2, []]);
    expect(await keyIds()).toEqual(new Set([keyId]));
    expect(readKeys(file)!.map(key => key.keyId)).toEqual([keyId]);
    expect(await trouble()).toContain('ECONNREFUSED');
    await restart();
    expect(await trouble()).toContain('ECONNREFUSED');
    expect(JSON.stringify(room.acts)).not.toContain(readFileSync(file, 'utf8').split(' ').at(-1)!.trim());
  });

  it('open after a change of the key that was killed at any point', async () => {
    await keepTwo();
    const [before] = readKeys(file)!;
    const next = newKey();
    // Killed when the file holds both, and nothing is sealed anew.
    writeKeys(file, [next, before!], { onlyNew: false });
    await restart();
    expect(await trouble()).toContain('ECONNREFUSED');
    expect(await findings()).toMatchObject([{ level: 'good' }, { level: 'note', mend: expect.stringContaining('secret rotate') }]);
    // Killed when one of them is.
    await room.call('mail.set', { server, password });
    expect(await keyIds()).toEqual(new Set([next.keyId, before!.keyId]));
    await restart();
    const { keyId, resealed } = await room.call('secret.rotate', {});
    expect(resealed).toBe(2);
    expect(await keyIds()).toEqual(new Set([keyId]));
  });

  it('are not lost by whoever sets one while the key changes', async () => {
    await keepTwo();
    await Promise.all([
      room.call('secret.rotate', {}),
      room.call('mail.set', { server, password: 'another' }),
      room.call('secret.rotate', {}),
      room.call('route.create', { ...hook, target: { kind: 'webhook', url: 'http://127.0.0.1:1/other' } }),
    ]);
    expect(await keyIds()).toEqual(new Set([readKeys(file)![0]!.keyId]));
    expect(await findings()).toMatchObject([{ level: 'good', says: expect.stringContaining('3 secrets') }]);
  });

  it.each([
    ['is missing', () => rmSync(file), 'is missing'],
    ['is another one', () => writeKeys(file, [newKey()], { onlyNew: false }), 'does not hold the key'],
    ['is damaged', () => writeFileSync(file, 'what?\n'), 'is not a key file'],
  ])('wait while the key %s, and nothing is overwritten', async (_, spoil, reason) => {
    await keepTwo();
    const kept = await sealedTexts(where());
    const right = `${file}.right`;
    renameSync(file, right);
    writeFileSync(file, readFileSync(right));
    spoil();
    const spoiled = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    await restart();
    expect(room.lines).toContainEqual(expect.stringMatching(/ERROR \[START\] Secrets cannot be opened: put the right key file back/));
    expect(await findings()).toMatchObject([{ level: 'wrong', mend: expect.stringContaining('AERIE_SECRET_KEY_FILE') }]);
    expect(await trouble()).toContain(reason);
    await expect(room.call('secret.rotate', {})).rejects.toMatchObject({ code: 'secrets_locked' });
    expect(existsSync(file) ? readFileSync(file, 'utf8') : undefined).toBe(spoiled);
    expect(await sealedTexts(where())).toEqual(kept);
    // Put back, it is read at the next try.
    renameSync(right, file);
    expect(await trouble()).toContain('ECONNREFUSED');
  });

  it('can be given up when the key is lost for good', async () => {
    const { route } = await keepTwo();
    rmSync(file);
    await restart();
    const { forgotten } = await room.call('secret.rotate', { forget: true });
    expect(forgotten).toEqual(['the password of the mail server', 'the secret of the webhook “Hook”']);
    expect((await room.call('mail.show', {})).server).toMatchObject({ hasPassword: false });
    expect((await room.call('route.test', { routeId: route.routeId })).delivery.error).toContain('give it a new one');
    await room.call('route.update', { routeId: route.routeId, newSecret: true });
    expect((await room.call('route.test', { routeId: route.routeId })).delivery.error).toContain('ECONNREFUSED');
  });
});
