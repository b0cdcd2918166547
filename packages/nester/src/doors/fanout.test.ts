import { describe, expect, it } from 'vitest';
import { actor, fakeConnection } from '../../test/fake-connection.ts';
import type { CommittedEvent, Topic } from '../store/unit.ts';
import type { Connection } from './connection.ts';
import { Fanout } from './fanout.ts';

let seq = 0;
function event(
  name: CommittedEvent['name'],
  topic: Topic,
  ids: Record<string, string> = {},
  alsoTopic: Topic | null = null,
  origin?: string,
): CommittedEvent {
  return { seq: ++seq, at: 0, name, topic, alsoTopic, ids, body: { ids }, origin };
}

function house(members: Record<string, string[]>) {
  const topicsOf = (userId: string): Topic[] => ['all', `user:${userId}`, ...(members[userId] ?? []).map(id => `channel:${id}` as const)];
  const fanout = new Fanout(
    { topicsOf, guestTopics: () => ['all', 'channel:x'] },
    { line: one => (one.name === 'message.created' ? `old ${one.seq}\n` : '') },
  );
  const join = (userId: string, dialect: Connection['dialect'] = 'framed') => {
    const fake = fakeConnection({
      followLog: connection => fanout.follow(connection),
      unfollow: connection => fanout.unfollow(connection),
    });
    fake.connection.dialect = dialect;
    fake.connection.logIn(actor(userId));
    fanout.follow(fake.connection);
    return { ...fake, seqs: () => fake.lines().map(line => (line.startsWith('old') ? Number(line.slice(4)) : JSON.parse(line).seq)) };
  };
  return { fanout, join };
}

describe('Fanout', () => {
  it('gives each connection what its topics hold, in order of seq, once, in one write', () => {
    const { fanout, join } = house({ ann: ['x', 'y'], bob: ['x'], cyd: [] });
    const [ann, bob, cyd] = [join('ann'), join('bob'), join('cyd')];
    const batch = [
      event('message.created', 'channel:x'),
      event('message.created', 'channel:y'),
      event('user.updated', 'all'),
      event('message.created', 'channel:x', {}, 'user:ann'),
    ];
    fanout.publish(batch);
    const [a, b, c, d] = batch.map(one => one.seq);
    expect(ann.seqs()).toEqual([a, b, c, d]);
    expect(bob.seqs()).toEqual([a, c, d]);
    expect(cyd.seqs()).toEqual([c]);
    expect(ann.sent).toHaveLength(1);
  });

  it('changes who hears a channel in the middle of a batch', () => {
    const { fanout, join } = house({ ann: ['x'], bob: [] });
    const [ann, bob] = [join('ann'), join('bob')];
    const before = event('message.created', 'channel:x');
    const joined = event('member.joined', 'channel:x', { channelId: 'x', userId: 'bob' }, 'user:bob');
    const between = event('message.created', 'channel:x');
    const left = event('member.left', 'channel:x', { channelId: 'x', userId: 'bob' }, 'user:bob');
    const after = event('message.created', 'channel:x');
    fanout.publish([before, joined, between, left, after]);
    expect(ann.seqs()).toEqual([before, joined, between, left, after].map(one => one.seq));
    expect(bob.seqs()).toEqual([joined.seq, between.seq, left.seq]);
  });

  it('tells of a message briefly whoever asked for it, in the same batch as everybody else', () => {
    const { fanout, join } = house({ ann: ['x'], bob: ['x'] });
    const [ann, bob] = [join('ann'), join('bob')];
    ann.connection.isBrief = true;
    const message = { messageId: 'm', channelId: 'x', authorId: 'u', authorName: 'zoé', content: 'hé', createdAt: 5, editedAt: null };
    const said = (more: object) => {
      const one = event('message.created', 'channel:x');
      return { ...one, body: { message: { ...message, seq: one.seq, ...more } } };
    };
    const batch = [said({ nonce: 'n' }), said({ mentions: ['v'] }), event('message.edited', 'channel:x')];
    fanout.publish(batch);
    const [a, b, c] = batch.map(one => ({ seq: one.seq, event: one.name, ...one.body }));
    const frames = (of: { lines(): string[] }) => of.lines().map(line => JSON.parse(line));
    expect(frames(ann)).toEqual([{ seq: a!.seq, said: ['m', 'x', 'u', 'zoé', 'hé', 5, 'n'] }, b, c]);
    expect(frames(bob)).toEqual([a, b, c]);
    ann.connection.hold(true);
    const held = said({});
    fanout.publish([held]);
    ann.connection.release(0);
    ann.connection.answer('{}\n');
    fanout.publish([event('message.edited', 'channel:x')]);
    expect(frames(ann).at(-2)).toEqual({ seq: held.seq, said: ['m', 'x', 'u', 'zoé', 'hé', 5] });
  });

  it('gathers for a connection that is reading a snapshot', () => {
    const { fanout, join } = house({ ann: ['x'] });
    const ann = join('ann');
    ann.connection.hold();
    const one = event('message.created', 'channel:x');
    fanout.publish([one]);
    fanout.whisper('all', 'whisper\n');
    expect(ann.sent).toEqual([]);
    ann.connection.release(0);
    ann.connection.answer('{"seq":0}\n');
    fanout.publish([event('message.created', 'channel:x')]);
    expect(ann.sent.join('')).toMatch(/^\{"seq":0\}\n.*\nwhisper\n.*\n$/);
  });

  it('does not echo on the old wire, and does on frames', () => {
    const { fanout, join } = house({ ann: ['x'], bob: ['x'] });
    const [old, other, framed] = [join('ann', 'classcord'), join('bob', 'classcord'), join('ann')];
    const own = event('message.created', 'channel:x', {}, null, old.connection.connectionId);
    const others = event('message.created', 'channel:x');
    fanout.publish([own, others]);
    expect(old.seqs()).toEqual([others.seq]);
    expect(other.seqs()).toEqual([own.seq, others.seq]);
    expect(framed.seqs()).toEqual([own.seq, others.seq]);
  });

  it('sends nothing more to whoever has gone', () => {
    const { fanout, join } = house({ ann: ['x'] });
    const ann = join('ann');
    fanout.unfollow(ann.connection);
    fanout.publish([event('message.created', 'channel:x'), event('user.updated', 'all')]);
    expect(ann.sent).toEqual([]);
  });
});
