import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FSWatcher, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nester as run } from '../../packages/nester/test/terminal.ts';
import { Nester } from '../kit/nester.ts';
import { removeFolder, root, scratchFolder } from '../kit/scratch.ts';
import { within } from '../kit/wait.ts';
import { oldServer } from './old-server.ts';

const people = { alice: 'azerty', bob: '1234', carol: 'bonjour' };
const messages = 8_000;
/** Together more than SQLite keeps in memory: pages of a transaction that has not ended stand on the disk before its end. */
const letters = 6_000;

let folder: string;
let file: string;
beforeAll(() => {
  folder = scratchFolder('old-server');
  file = join(folder, 'classcord.db');
  oldServer(file, people, messages, letters);
});
afterAll(() => removeFolder(folder));

/** Accounts and messages that came from the old server. */
function brought(data: string): { users: number; messages: number } {
  const database = new DatabaseSync(join(data, 'nester.db'), { readOnly: true });
  const count = (statement: string) => Number(database.prepare(statement).get()!.n);
  const found = {
    users: count("SELECT count(*) AS n FROM user_account WHERE kind = 'person'"),
    messages: count("SELECT count(*) AS n FROM message WHERE device_id = 'classcord-import'"),
  };
  database.close();
  return found;
}

/** Resolves when the write-ahead log has grown by so many bytes. */
function growth(log: string, bytes: number): { grown: Promise<void>; stop(): void } {
  const { size } = statSync(log);
  const grown = Promise.withResolvers<void>();
  const watcher: FSWatcher = watch(log, () => {
    if (statSync(log).size >= size + bytes) grown.resolve();
  });
  return { grown: grown.promise, stop: () => watcher.close() };
}

describe('kill -9 while an import is written', () => {
  it.each([
    { when: 'it is about to be written', bytes: undefined },
    { when: 'its first page is on disk', bytes: 1 },
    { when: 'most of it is on disk', bytes: 40_000_000 },
    { when: 'it was said to be done', bytes: Number.POSITIVE_INFINITY },
  ])('leaves all of it or nothing, when $when', async ({ bytes }) => {
    const nester = await Nester.start();
    const client = spawn(process.execPath, [join(root, 'packages/nester/src/main.ts'), 'import', 'classcord', file], {
      env: { PATH: process.env.PATH, AERIE_DATA: nester.folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(client, 'close');
    const writing = Promise.withResolvers<void>();
    client.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Writing')) writing.resolve();
    });
    await within(30_000, 'the end of the checks', writing.promise);
    if (bytes !== undefined) {
      const { grown, stop } = growth(join(nester.folder, 'nester.db-wal'), bytes);
      // A log that was folded in meanwhile does not grow so far: then the import is over, and done.
      await within(30_000, 'the growth of the log', Promise.race([grown, ended]));
      stop();
    }
    await nester.kill();
    await ended;

    await nester.start();
    const left = brought(nester.folder);
    const [nothing, all] = [
      { users: 0, messages: 0 },
      { users: 3, messages },
    ];
    if (bytes === Number.POSITIVE_INFINITY) expect(left).toEqual(all);
    else expect([nothing, all]).toContainEqual(left);
    const again = await run(['import', 'classcord', file], { env: { AERIE_DATA: nester.folder } });
    expect(again.code).toBe(0);
    expect(brought(nester.folder)).toEqual(all);
    await nester.remove();
  });
});
