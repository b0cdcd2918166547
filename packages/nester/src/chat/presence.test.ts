import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BusTopics, localBus } from '../bus/bus.ts';
import type { Ctx } from '../context.ts';
import type { GuestList, People } from './people.ts';
import { presenceCommands } from './presence.commands.ts';
import { Presence } from './presence.ts';
import type { Roster } from './roster.ts';

const fail = (error: unknown) => {
  throw error;
};

describe('Presence', () => {
  afterEach(() => void vi.useRealTimers());

  it('does not bring back a connection that is gone', () => {
    const bus = localBus(fail);
    const presence = new Presence(bus);
    const one = { userId: 'alice', connectionId: 'c1' };
    bus.publish('connection.opened', one);
    presence.set('alice', 'c1', 'away');
    expect(presence.present()).toEqual([{ userId: 'alice', state: 'away' }]);
    bus.publish('connection.closed', one);
    presence.set('alice', 'c1', 'online');
    expect(presence.present()).toEqual([]);
    presence.stop();
  });

  it('gathers for longer the more there are to tell', () => {
    vi.useFakeTimers();
    const bus = localBus(fail);
    const presence = new Presence(bus);
    let tellings = 0;
    bus.subscribe('presence.moved', () => tellings++);
    const come = (n: number) => bus.publish('connection.opened', { userId: `user ${n}`, connectionId: String(n) });
    for (let n = 0; n < 1_000; n++) come(n);
    vi.advanceTimersByTime(1_000);
    expect(tellings).toBe(1);
    // Thirty a second, as in a storm of log-ins.
    for (let n = 1_000; n < 1_030; n++) {
      come(n);
      vi.advanceTimersByTime(33);
    }
    expect(tellings).toBeLessThanOrEqual(5);
    vi.advanceTimersByTime(500);
    expect(presence.told()).toHaveLength(1_030);
    presence.stop();
  });

  it('tells of somebody who moves twenty times a second once a second, and in the end how it is', () => {
    vi.useFakeTimers();
    const bus = localBus(fail);
    const presence = new Presence(bus);
    const told: BusTopics['presence.moved'][number][] = [];
    bus.subscribe('presence.moved', moved => told.push(...moved));
    for (const userId of ['alice', 'bob']) bus.publish('connection.opened', { userId, connectionId: userId });
    vi.advanceTimersByTime(50);
    expect(told).toHaveLength(2);
    for (let i = 0; i < 60; i++) {
      presence.set('alice', 'alice', i % 2 === 0 ? 'away' : 'dnd');
      vi.advanceTimersByTime(50);
    }
    expect(told.length).toBeLessThanOrEqual(2 + 3);
    presence.set('alice', 'alice', 'invisible');
    presence.set('bob', 'bob', 'away');
    vi.advanceTimersByTime(1_050);
    expect(told.filter(one => one.userId === 'alice').at(-1)).toEqual({ userId: 'alice', state: 'offline' });
    expect(presence.told()).toEqual([{ userId: 'bob', state: 'away' }]);
    presence.stop();
  });

  it('answers who is here with the same list until somebody moves', async () => {
    const bus = localBus(fail);
    const presence = new Presence(bus);
    const users: unknown[] = [];
    const people = { byId: (userId: string) => ({ name: userId.toUpperCase() }), all: () => users } as unknown as People;
    const guests = { present: () => none } as unknown as GuestList;
    const none: [] = [];
    const commands = presenceCommands({ roster: {} as Roster, presence, people, voices: { requireVoice() {} }, guests, bus });
    const ctx = { actor: { kind: 'anyone' }, caller: { door: 'tcp' } } as Ctx;
    bus.publish('connection.opened', { userId: 'alice', connectionId: 'c1' });
    const list = await commands['presence.list'](ctx, {});
    expect(list).toEqual({ present: [{ userId: 'alice', name: 'ALICE', state: 'online' }], guests: [] });
    expect(await commands['presence.list'](ctx, {})).toBe(list);
    presence.set('alice', 'c1', 'away');
    const next = await commands['presence.list'](ctx, {});
    expect(next).not.toBe(list);
    expect(next.present).toMatchObject([{ state: 'away' }]);
    presence.stop();
  });
});
