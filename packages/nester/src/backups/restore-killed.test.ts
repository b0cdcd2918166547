import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leftovers, makingOf, openHouse, put, restoreOf, type State, say, stateOf } from '../../test/backed-up.ts';
import { onPostgres, type TestDatabase } from '../../test/databases.ts';
import { quickFolder } from '../../test/quick-folder.ts';
import { makeBackup } from './make.ts';
import { type RestorePoint, restoreBackup } from './restore.ts';

const program = fileURLToPath(new URL('../../test/killed-backup.ts', import.meta.url));

/**
 * @param points at which it is killed, and which state Nester has once it has started. As long as nothing is decided, that
 * is the old one.
 */
function suite(newDatabase: () => Promise<TestDatabase>, points: readonly [RestorePoint, 'old' | 'new'][]): void {
  let database: TestDatabase;
  let file: string;
  let then: State;
  let now: State;
  beforeEach(async () => {
    database = await newDatabase();
    await say(database, 'one', 'two');
    put(database.folder, { 'files/kept': 'then', 'files/gone': 'gone', 'quarantine/odd': 'odd', 'inbox/done/old.json': 'old' });
    file = (await makeBackup(makingOf(database))).file;
    then = await stateOf(database);
    await say(database, 'three');
    rmSync(join(database.folder, 'files/gone'));
    put(database.folder, { 'files/kept': 'now', 'files/new': 'new' });
    now = await stateOf(database);
  });
  afterEach(() => database.remove());

  const killAt = (at: RestorePoint) => {
    const { folder: data, databaseUrl } = database;
    const { signal, stderr } = spawnSync(process.execPath, [program, JSON.stringify({ what: 'restore', at, data, databaseUrl, file })]);
    expect([signal, stderr.toString()]).toEqual(['SIGKILL', '']);
  };

  it.each(points)('at the point "%s" leaves the %s state once Nester has started', async (point, which) => {
    killAt(point);
    if (leftovers(database.folder).length > 0 && point !== 'staged' && point !== 'saved')
      await expect(makeBackup(makingOf(database))).rejects.toThrow(/was cut off\. Start Nester/);
    const chat = await openHouse(database);
    await chat.house.close();
    const after = await stateOf(database);
    expect({ messages: after.messages, files: after.files }).toEqual(
      which === 'new' ? { messages: then.messages, files: then.files } : { messages: now.messages, files: now.files },
    );
    expect(after.restored).toEqual(which === 'new' ? [basename(file)] : []);
    expect(leftovers(database.folder)).toEqual([]);
    await say(database, 'four');
    await makeBackup(makingOf(database));
  });

  it('in its middle is finished by the next restore, before its own work', async () => {
    killAt('database in place');
    await restoreBackup({ ...restoreOf(database), file });
    expect(await stateOf(database)).toMatchObject({ messages: then.messages, files: then.files, restored: [basename(file)] });
  });
}

describe('a restore that is killed, on SQLite', () => {
  const newDatabase = async () => {
    const folder = mkdtempSync(join(quickFolder(), 'aerie-killed-'));
    return { folder, databaseUrl: undefined, remove: async () => rmSync(folder, { recursive: true, force: true }) };
  };
  suite(newDatabase, [
    ['staged', 'old'],
    ['saved', 'old'],
    ['decided', 'new'],
    ['database aside', 'new'],
    ['database in place', 'new'],
    ['files in place', 'new'],
    ['inbox in place', 'new'],
    ['journal forgotten', 'new'],
  ]);
});

// Here the server's commit decides.
onPostgres('a restore that is killed', newDatabase =>
  suite(newDatabase, [
    ['saved', 'old'],
    ['decided', 'old'],
    ['database restored', 'new'],
    ['files in place', 'new'],
  ]),
);
