import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection, webSocketTransport } from '@aerie/client';
import type { Message } from '@aerie/contract';
import { describe, expect, it } from 'vitest';
import { onPostgres, type TestDatabase } from '../../packages/nester/test/databases.ts';
import { administer, databaseAt } from '../../packages/nester/test/postgres.ts';
import { nester as command } from '../../packages/nester/test/terminal.ts';
import { wholeHistory } from '../kit/history.ts';
import { LineClient } from '../kit/line-client.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person } from '../kit/people.ts';
import { removeFolder, scratchFolder } from '../kit/scratch.ts';
import { until } from '../kit/wait.ts';

/** Messages that one talker may have under way: enough to keep the disk busy, bounded by what is acknowledged. */
const underWay = 4;

/** Somebody who talks until the line is lost, and remembers what was acknowledged. */
class Talker {
  readonly acknowledged: Pick<Message, 'messageId' | 'seq' | 'content'>[] = [];
  readonly said = new Set<string>();
  readonly #listeners = new Set<() => void>();

  async talk(nester: Nester, { name, token }: Person, channelId: string): Promise<void> {
    const line = await LineClient.connect(nester.tcp);
    const speak = async () => {
      for (;;) {
        const content = `${name} ${this.said.size + 1} ${'of the seagulls '.repeat(this.said.size % 40)}`.trim();
        this.said.add(content);
        const { messageId, seq } = await line.ask('message.send', { channelId, content });
        this.acknowledged.push({ messageId, seq, content });
        for (const listener of this.#listeners) listener();
      }
    };
    try {
      await line.ask('session.resume', { token });
      await Promise.all(Array.from({ length: underWay }, speak));
    } catch {
      // The kill; what was acknowledged before it is what counts.
    } finally {
      await line.close();
    }
  }

  /** Waits until so many more were acknowledged. */
  async reach(more: number): Promise<void> {
    const goal = this.acknowledged.length + more;
    const subscribe = (listener: () => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    };
    await until(`${more} more messages`, subscribe, () => this.acknowledged.length >= goal, 60_000);
  }
}

/**
 * Backs up a Nester under load several times, kills and destroys it, restores the last backup and talks on.
 * @param destroy leaves nothing of the data
 */
async function drill(env: Record<string, string>, destroy: (folder: string) => Promise<void>): Promise<void> {
  const away = scratchFolder('backups');
  const nester = await Nester.start({ env: { AERIE_LIMITS: 'commandsPerSecond=100000,commandsBurst=100000', ...env } });
  const folder = nester.folder;
  const run = (...args: string[]) => command(args, { env: { AERIE_DATA: folder, ...env } });
  const admin = await firstAdministrator(nester);
  const people = [await newPerson(nester, admin, 'Bo'), await newPerson(nester, admin, 'Cy')];
  const channelId = await channelNamed(admin, 'général');
  const reader = new Connection({ open: webSocketTransport(nester.webSocketUrl), token: admin.token, random: () => 0.02 });
  try {
    reader.start();
    await reader.openChannel(channelId);
    const talkers = [new Talker(), new Talker()];
    const talking = Promise.all(talkers.map((talker, i) => talker.talk(nester, people[i]!, channelId)));
    let before: Talker['acknowledged'] = [];
    let file = '';
    for (let round = 0; round < 3; round++) {
      await Promise.all(talkers.map(talker => talker.reach(100)));
      mkdirSync(join(folder, 'files'), { recursive: true });
      writeFileSync(join(folder, 'files', `${round}`), `${round}`);
      before = talkers.flatMap(({ acknowledged }) => [...acknowledged]);
      const { code, stdout, stderr } = await run('backup', '--out', away, '--json');
      expect([code, stderr]).toEqual([0, '']);
      const made = JSON.parse(stdout);
      expect(made).toMatchObject({ problem: null, copied: null, leftOut: [] });
      expect(made.counts.messages).toBeGreaterThanOrEqual(before.length);
      file = made.file;
    }
    await Promise.all(talkers.map(talker => talker.reach(100)));
    await nester.kill();
    await talking;
    const { epoch } = reader.state!;
    const seen = reader.state!.seq;
    await destroy(folder);

    expect((await run('verify', file)).code).toBe(0);
    const restored = await run('restore', file);
    expect([restored.code, restored.stderr]).toEqual([0, expect.stringContaining('Start Nester.')]);
    await nester.start();
    const history = await wholeHistory(admin, channelId);
    const stored = new Map(history.map(message => [message.messageId, message]));
    const isThere = ({ messageId, seq, content }: Talker['acknowledged'][number]) => {
      const message = stored.get(messageId);
      return message?.seq === seq && message.content === content;
    };
    // All that was acknowledged before the backup began.
    expect(before.filter(message => !isThere(message))).toEqual([]);
    expect(before.length).toBeGreaterThanOrEqual(600);
    // Of what came later a beginning without holes; and nothing that nobody said, or half of it.
    const last = history.at(-1)!.seq;
    const acknowledged = talkers.flatMap(talker => talker.acknowledged);
    expect(acknowledged.filter(message => message.seq <= last && !isThere(message))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(before.length);
    const spoken = history.filter(({ authorName }) => authorName === 'Bo' || authorName === 'Cy');
    expect(spoken.filter(({ content }) => !talkers.some(({ said }) => said.has(content!)))).toEqual([]);
    expect(readdirSync(join(folder, 'files')).sort()).toEqual(['0', '1', '2']);

    // A client of ours that has seen more than there is now begins again by itself, and sees what is said from now on.
    expect(last).toBeLessThan(seen);
    await until(
      'a new epoch at the reader',
      listener => reader.subscribe(listener),
      () => reader.state!.epoch !== epoch && reader.state!.windows.get(channelId)?.moreAfter === false,
    );
    const more = new Talker();
    const talkingOn = more.talk(nester, people[0]!, channelId);
    // Beyond what was seen before: by its number alone, the old place in the log would look like a place in the new one.
    await more.reach(seen - last + 10);
    await nester.stop();
    await talkingOn;
    await nester.start();
    const whole = await wholeHistory(admin, channelId);
    const readerHas = () => reader.state?.windows.get(channelId)?.messages ?? [];
    await until(
      'the last message at the reader',
      listener => reader.subscribe(listener),
      () => readerHas().at(-1)?.seq === whole.at(-1)!.seq,
    );
    const ids = readerHas().map(({ messageId }) => messageId);
    expect(ids).toEqual(whole.slice(-ids.length).map(({ messageId }) => messageId));
    // Whoever comes back only now is not taken for one who has missed a few.
    const late = await LineClient.connect(nester.tcp);
    await late.ask('session.resume', { token: people[1]!.token });
    expect(whole.at(-1)!.seq).toBeGreaterThan(seen);
    expect(await late.ask('log.resume', { epoch, after: seen })).toMatchObject({ kind: 'snapshot' });
    await late.close();
  } finally {
    reader.stop();
    await nester.remove();
    removeFolder(away);
  }
}

describe('the drill: back up under load, destroy, restore, compare', () => {
  it('with SQLite', () => drill({}, async folder => rmSync(folder, { recursive: true })));
});

onPostgres('the drill', newDatabase => {
  it('with a server', async () => {
    const database: TestDatabase = await newDatabase();
    const url = database.databaseUrl!;
    const name = url.slice(url.lastIndexOf('/') + 1);
    try {
      await drill({ AERIE_DATABASE_URL: url }, async folder => {
        rmSync(folder, { recursive: true });
        const server = databaseAt(url, 'postgres');
        await administer(server, `drop database ${name} with (force)`);
        await administer(server, `create database ${name}`);
      });
    } finally {
      await database.remove();
    }
  });
});
