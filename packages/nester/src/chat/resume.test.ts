import type { User } from '@aerie/contract';
import { expect, it } from 'vitest';
import { onEachDatabase } from '../../test/databases.ts';
import { actor } from '../../test/fake-connection.ts';
import { localBus } from '../bus/bus.ts';
import type { Ctx } from '../context.ts';
import { Committer } from '../store/commit.ts';
import { readHead } from '../store/log.ts';
import { openStore } from '../store/store.ts';
import type { People } from './people.ts';
import { Presence } from './presence.ts';
import { resumeCommands } from './resume.ts';

const fail = (error: unknown) => {
  throw error;
};

onEachDatabase('log.resume', newDatabase => {
  it('says of people what holds when its moment has been published', async () => {
    const database = await newDatabase();
    const store = await openStore(database);
    const committer = new Committer(store, (await readHead(store.read)).seq, Date.now, fail);
    const presence = new Presence(localBus(fail));
    const alice: User = { userId: 'alice', name: 'alice', kind: 'person', role: 'admin', disabled: false };
    const users = new Map([['alice', alice]]);
    const people: People = {
      byId: userId => users.get(userId),
      byName: () => undefined,
      all: () => [...users.values()],
      requireUnchanged: () => undefined,
    };
    const publishing = {
      async whenPublished(seq: number) {
        await committer.whenPublished(seq);
        users.set('alice', { ...alice, role: 'viewer' });
      },
    } as unknown as Committer;
    const commands = resumeCommands({ store, committer: publishing, people, presence, replays: [] });
    const ctx = { actor: { ...actor('alice'), role: 'admin' }, caller: {} } as unknown as Ctx;
    const answer = await commands['log.resume'](ctx, {});
    expect(answer).toMatchObject({ kind: 'snapshot', snapshot: { me: { role: 'viewer' }, users: [{ userId: 'alice', role: 'viewer' }] } });
    presence.stop();
    await committer.stop();
    await store.close();
    await database.remove();
  });
});
