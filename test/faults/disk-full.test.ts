import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wholeHistory } from '../kit/history.ts';
import { LineClient } from '../kit/line-client.ts';
import { needs, program } from '../kit/needs.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person, password } from '../kit/people.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';

/** Small enough to be full soon. */
const diskBytes = 12 * 1024 * 1024;
const content = 'x'.repeat(4_000);

needs('mount')('a disk that is full', () => {
  const folder = scratchFolder('disk');
  const ballast = join(folder, 'ballast');
  let nester: Nester;
  let admin: Person;
  let channelId: string;
  const acknowledged: string[] = [];
  const unmount = () => execFileSync(join(dirname(program('mount')), 'umount'), ['--lazy', folder], { stdio: 'ignore' });

  beforeAll(async () => {
    execFileSync(program('mount'), ['-t', 'tmpfs', '-o', `size=${diskBytes},mode=0700`, 'aerie-test', folder]);
    process.once('exit', unmount);
    nester = await Nester.start({ folder });
    admin = await firstAdministrator(nester);
    channelId = await channelNamed(admin, 'général');
  });
  afterAll(async () => {
    if (nester?.isRunning) await nester.kill();
    process.off('exit', unmount);
    unmount();
    removeFolder(folder);
  });

  const say = async (text: string) => {
    const { messageId } = await admin.http.call('message.send', { channelId, content: text });
    acknowledged.push(messageId);
  };
  /** Takes every byte that is left. */
  const fill = () => {
    const file = openSync(ballast, 'w');
    try {
      for (const size of [64 * 1024, 4_096]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(size));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    } finally {
      closeSync(file);
    }
  };
  /** Says things until the disk takes no more, and answers the error. */
  const sayUntilFull = async () => {
    for (let i = 0; i < 5_000; i++) {
      try {
        await say(`${i} ${content}`);
      } catch (error) {
        return error;
      }
    }
    throw new Error('the disk is never full');
  };

  it('refuses what cannot be kept with a clear error, and lets everybody read', async () => {
    const bob = await newPerson(nester, admin, 'Bob');
    const framed = await LineClient.connect(nester.tcp);
    await framed.ask('session.resume', { token: bob.token });
    await framed.ask('log.resume', {});
    const old = await LineClient.connect(nester.tcp);
    await old.logInOld('Bob', password);
    await say('before the disk was full');
    fill();

    const error = await sayUntilFull();
    expect(error).toMatchObject({ code: 'storage_failed', params: { reason: 'disk_full' } });
    expect((error as Error).message).toContain('the disk is full');
    expect(
      (
        await fetch(`${nester.httpUrl}/api/message.send`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${admin.token}` },
          body: JSON.stringify({ channelId, content }),
        })
      ).status,
    ).toBe(507);
    old.write({ type: 'message', content });
    const line = await old.next('the error of the old wire', ({ type }) => type === 'error');
    expect(line.message).toContain('the disk is full');
    expect(line.error).toBe(line.message);
    await expect(framed.ask('message.send', { channelId, content })).rejects.toThrow('storage_failed');

    // Reads go on, on every door, for those who were there.
    expect((await wholeHistory(admin, channelId)).map(({ messageId }) => messageId)).toEqual(expect.arrayContaining(acknowledged));
    expect((await framed.ask('message.history', { channelId })).messages).not.toEqual([]);
    await expect(framed.ask('log.resume', {})).resolves.toMatchObject({ kind: 'snapshot' });
    old.write({ type: 'users' });
    expect((await old.next('users', ({ type }) => type === 'users')).users).toContain('Bob');
    await Promise.all([framed.close(), old.close()]);
  });

  it('recovers by itself when there is room again', async () => {
    rmSync(ballast);
    await say('there is room again');
    for (let i = 0; i < 20; i++) await say(`and more ${i}`);
    expect((await wholeHistory(admin, channelId)).at(-1)!.content).toBe('and more 19');
  });

  it('corrupts nothing, also when the power fails while it is full', async () => {
    fill();
    await sayUntilFull();
    await nester.kill();
    rmSync(ballast);
    await nester.start();
    const kept = await wholeHistory(admin, channelId);
    const ids = kept.map(({ messageId }) => messageId);
    expect(acknowledged.filter(messageId => !ids.includes(messageId))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    await say('and after that');
    await expect(nester.stop()).resolves.toBe(0);
    const database = new DatabaseSync(join(folder, 'nester.db'), { readOnly: true });
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    database.close();
  });
});
