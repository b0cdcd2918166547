import { expect, it } from 'vitest';
import { localBus } from '../bus/bus.ts';
import type { Ctx } from '../context.ts';
import type { GuestList, People } from './people.ts';
import { presenceCommands } from './presence.commands.ts';
import { Presence } from './presence.ts';
import { Roster } from './roster.ts';
import { Sparingly } from './sparingly.ts';

const fail = (error: unknown) => {
  throw error;
};

it('lets each key through once in a while, and forgets the others', () => {
  const sparingly = new Sparingly(1_000);
  expect(sparingly.isDue('a', 0)).toBe(true);
  expect(sparingly.isDue('a', 999)).toBe(false);
  expect(sparingly.isDue('b', 999)).toBe(true);
  expect(sparingly.isDue('a', 1_000)).toBe(true);
  expect(sparingly.size).toBe(2);
  expect(sparingly.isDue('c', 5_000)).toBe(true);
  expect(sparingly.size).toBe(1);
  expect(sparingly.isDue('c', 0)).toBe(true);
});

it('tells a channel once a second at most that somebody is writing', () => {
  const channel = {
    channelId: 'dev',
    name: 'dev',
    kind: 'public',
    topic: '',
    minRole: 'viewer',
    postRole: 'member',
    archived: false,
  } as const;
  const roster = new Roster([{ channel, autoJoin: true }], [{ channelId: 'dev', userId: 'alice' }]);
  const bus = localBus(fail);
  const whispered: unknown[] = [];
  bus.subscribe('whispered', whisper => whispered.push(whisper));
  const presence = new Presence(bus);
  const commands = presenceCommands({
    roster,
    presence,
    people: {} as People,
    voices: { requireVoice() {} },
    guests: {} as GuestList,
    bus,
  });
  let now = 0;
  const ctx = { actor: { kind: 'user', userId: 'alice', role: 'member' }, caller: {}, now: () => now } as unknown as Ctx;
  for (let i = 0; i < 200; i++) void commands['typing.start'](ctx, { channelId: 'dev' });
  expect(whispered).toHaveLength(1);
  now = 1_000;
  void commands['typing.start'](ctx, { channelId: 'dev' });
  expect(whispered).toHaveLength(2);
  presence.stop();
});
