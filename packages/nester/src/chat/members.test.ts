import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actor as actorOf } from '../../test/fake-connection.ts';
import { readConfig } from '../config.ts';
import type { Actor, Caller } from '../context.ts';
import { openHouse } from '../house.ts';

const quiet = { info() {}, warning() {}, error() {} };
const caller: Caller = { door: 'http', address: '192.0.2.7', agent: '', connection: undefined };

describe('members of a channel', () => {
  let folder: string;
  let house: Awaited<ReturnType<typeof openHouse>>;
  let ada: Actor;
  let bob: Actor & { userId: string };
  let channelId: string;

  const call = <K extends CommandName>(actor: Actor, name: K, input: CommandInput<K>) =>
    house.dispatch.call(actor, caller, name, input) as Promise<CommandOutput<K>>;
  const person = async (name: string, role: 'admin' | 'member') => {
    const { userId } = await call({ kind: 'local' }, 'user.create', { name, password: 'hibou-perche-42-lampadaire', role });
    return { ...actorOf(userId, name), role };
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aerie-members-'));
    house = await openHouse(readConfig({ data: folder }, {}), quiet);
    ada = await person('ada', 'admin');
    bob = await person('bob', 'member');
    ({ channelId } = await call(ada, 'channel.create', { name: 'atelier' }));
  });

  afterEach(async () => {
    await house.close();
    rmSync(folder, { recursive: true });
  });

  it('joins one person once, who asks twice at the same moment', async () => {
    expect(await Promise.all([call(bob, 'member.join', { channelId }), call(bob, 'member.join', { channelId })])).toEqual([{}, {}]);
    const add = () => call(ada, 'member.add', { channelId, userId: bob.userId });
    await call(ada, 'member.remove', { channelId, userId: bob.userId });
    expect(await Promise.all([add(), add()])).toEqual([{}, {}]);
    expect(house.chat.roster.isMember(channelId, bob.userId)).toBe(true);
  });

  it('tells of a read marker only when it moves', async () => {
    await call(bob, 'member.join', { channelId });
    const { seq } = await call(ada, 'message.send', { channelId, content: 'bonjour' });
    await house.committer.whenPublished(seq);
    const moved: unknown[] = [];
    house.bus.subscribe('whispered', ({ event, body }) => event === 'read.moved' && moved.push(body));
    for (const readSeq of [seq, seq, seq - 1]) await call(bob, 'channel.markRead', { channelId, readSeq });
    expect(moved).toEqual([{ channelId, readSeq: seq, unread: 0, mentions: 0 }]);
  });
});
