import { isDeepStrictEqual } from 'node:util';
import { Connection } from '@aerie/client';
import { tcpTransport } from '@aerie/client/tcp';
import { AppError } from '@aerie/contract/errors';
import { atLeast, type Role } from '@aerie/contract/roles';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachDatabase, type TestDatabase } from '../../packages/nester/test/databases.ts';
import { wholeHistory } from '../kit/history.ts';
import { Nester } from '../kit/nester.ts';
import { channelNamed, firstAdministrator, newPerson, type Person } from '../kit/people.ts';
import { until } from '../kit/wait.ts';

const channelNames = ['général', 'dev', 'admin', 'supervision', 'atelier'];
const raised = 'commandsPerSecond=100000,commandsBurst=100000,httpPerMinute=1000000';

/** Whom a message names. */
const named = ['', '@Bo', '@ada, @cy', '`@Bo`', 'all: @Ada @Bo @Cy'];

/** Something that one person does; `n` picks among what there is. */
type Deed =
  | { do: 'say' | 'read' | 'join' | 'leave'; who: number; channel: number; n: number }
  | { do: 'edit' | 'delete'; who: number; n: number }
  | { do: 'write to'; who: number; whom: number }
  | { do: 'give role'; whom: number; role: Role }
  | { do: 'topic' | 'rename' | 'archive'; channel: number; n: number }
  | { do: 'reach'; channel: number; role: Role }
  | { do: 'mute' | 'unmute'; whom: number }
  | { do: 'presence'; who: number; state: 'online' | 'away' | 'dnd' | 'invisible' }
  | { do: 'go' | 'come'; who: number };

const someone = fc.nat(2);
const channel = fc.nat(channelNames.length - 1);
/** Everybody stays in #général: its last message is how the test knows that a screen has heard all. */
const otherChannel = fc.integer({ min: 1, max: channelNames.length - 1 });
const n = fc.nat(1_000);
const deed = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('say' as const), who: someone, channel, n }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), who: someone, channel, n }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), who: someone, channel: otherChannel, n }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('edit' as const, 'delete' as const), who: someone, n }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('write to' as const), who: someone, whom: someone }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('give role' as const),
      whom: fc.integer({ min: 1, max: 2 }),
      role: fc.constantFrom<Role>('viewer', 'member', 'technician', 'admin'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('topic' as const), channel, n }) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constantFrom('rename' as const, 'archive' as const), channel: otherChannel, n }),
      fc.record({
        do: fc.constant('reach' as const),
        channel: otherChannel,
        role: fc.constantFrom<Role>('viewer', 'member', 'technician'),
      }),
      fc.record({ do: fc.constantFrom('mute' as const, 'unmute' as const), whom: fc.integer({ min: 1, max: 2 }) }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('presence' as const),
      who: someone,
      state: fc.constantFrom('online' as const, 'away' as const, 'dnd' as const, 'invisible' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('go' as const, 'come' as const), who: someone }) },
);

onEachDatabase('a screen that was away equals a fresh one', newDatabase => {
  let database: TestDatabase;
  let nester: Nester;
  let people: Person[];
  let channelIds: string[];
  let screens: Connection[];
  const messageIds: string[] = [];

  beforeAll(async () => {
    database = await newDatabase();
    const env: Record<string, string> = { AERIE_LIMITS: raised };
    if (database.databaseUrl) env.AERIE_DATABASE_URL = database.databaseUrl;
    nester = await Nester.start({ env });
    const admin = await firstAdministrator(nester);
    people = [admin, await newPerson(nester, admin, 'Bo'), await newPerson(nester, admin, 'Cy')];
    await admin.http.call('channel.create', { name: 'atelier' });
    channelIds = await Promise.all(channelNames.map(name => channelNamed(admin, name)));
    screens = people.map(screenOf);
  });
  afterAll(async () => {
    for (const screen of screens ?? []) screen.stop();
    await nester?.remove();
    await database?.remove();
  });

  function screenOf({ token }: Person): Connection {
    const screen = new Connection({ open: tcpTransport(nester.tcp), token, random: () => 0 });
    // Like a person who looks into every channel that there is.
    screen.subscribe(() => {
      for (const id of screen.state?.channels.keys() ?? []) {
        if (!screen.state?.windows.has(id)) screen.openChannel(id).catch(() => {});
      }
    });
    screen.start();
    return screen;
  }

  async function act(deed: Deed): Promise<void> {
    const actor = people['who' in deed ? deed.who : 0]!.http;
    const channelId = 'channel' in deed ? channelIds[deed.channel]! : '';
    const messageId = 'n' in deed ? messageIds[deed.n % messageIds.length] : undefined;
    switch (deed.do) {
      case 'say':
        messageIds.push(
          (await actor.call('message.send', { channelId, content: `text ${deed.n} ${named[deed.n % named.length]}` })).messageId,
        );
        break;
      case 'edit':
        if (messageId) await actor.call('message.edit', { messageId, content: `edited ${deed.n}` });
        break;
      case 'delete':
        if (messageId) await actor.call('message.delete', { messageId });
        break;
      case 'read': {
        const { messages } = await actor.call('message.history', { channelId });
        const last = messages[deed.n % messages.length];
        if (last) await actor.call('channel.markRead', { channelId, readSeq: last.seq });
        break;
      }
      case 'join':
        await actor.call('member.join', { channelId });
        break;
      case 'leave':
        await actor.call('member.leave', { channelId });
        break;
      case 'write to': {
        const direct = await actor.call('channel.openDirect', { userId: people[deed.whom]!.userId });
        await actor.call('message.send', { channelId: direct.channelId, content: 'between us' });
        break;
      }
      case 'give role':
        await actor.call('user.setRole', { userId: people[deed.whom]!.userId, role: deed.role });
        break;
      case 'topic':
        await actor.call('channel.update', { channelId, topic: `topic ${deed.n}` });
        break;
      case 'rename':
        await actor.call('channel.update', { channelId, name: `salon-${deed.n % 5}` });
        break;
      case 'archive':
        await actor.call('channel.update', { channelId, archived: deed.n % 2 === 0 });
        break;
      case 'reach':
        await actor.call('channel.update', { channelId, minRole: deed.role });
        break;
      case 'mute':
        await actor.call('user.mute', { userId: people[deed.whom]!.userId, minutes: 60 });
        break;
      case 'unmute':
        await actor.call('user.unmute', { userId: people[deed.whom]!.userId });
        break;
      case 'presence':
        await screens[deed.who]!.call('presence.set', { state: deed.state });
        break;
      case 'go':
        screens[deed.who]!.stop();
        break;
      case 'come':
        screens[deed.who]!.start();
    }
  }

  /** A deed may be refused: roles change under people's hands. That is part of it; anything but a refusal is not. */
  async function tryTo(deed: Deed): Promise<void> {
    try {
      await act(deed);
    } catch (error) {
      const ofPeople = ['forbidden', 'muted', 'connection_lost', 'conflict'];
      const ofChannels = ['not_found', 'read_only_channel', 'channel_archived', 'channel_exists', 'fixed_channel'];
      const refusals = [...ofPeople, ...ofChannels];
      if (!(error instanceof AppError) || !refusals.includes(error.code)) throw error;
    }
  }

  /** What a screen shows beside messages, in one order. */
  function shown({ state }: Connection): unknown {
    if (!state) return undefined;
    const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    const { me, epoch, users, channels, presence } = state;
    return { me: { ...me, sessionId: '' }, epoch, users: sorted(users), channels: sorted(channels), presence: sorted(presence) };
  }

  /** Compares a person's screen with one that is opened now, and its messages with the history. */
  async function expectFresh(person: Person, screen: Connection, seq: number): Promise<void> {
    const fresh = screenOf(person);
    const onEither = (listener: () => void) => {
      const ends = [screen.subscribe(listener), fresh.subscribe(listener)];
      return () => {
        for (const end of ends) end();
      };
    };
    const hasHeard = ({ status, state }: Connection) => status === 'live' && state !== undefined && state.seq >= seq;
    try {
      await until('both screens to have heard all', onEither, () => hasHeard(screen) && hasHeard(fresh));
      // Who is here and what is read elsewhere is told a moment later.
      await until('the same on both screens', onEither, () => isDeepStrictEqual(shown(screen), shown(fresh)), 5_000).catch(() =>
        expect(shown(screen)).toEqual(shown(fresh)),
      );
      const { me, channels: own } = screen.state!;
      expect([...own.values()].filter(({ minRole }) => !atLeast(me.role, minRole))).toEqual([]);
      const channels = [...own.keys()];
      await Promise.all(channels.map(id => screen.openChannel(id)));
      for (const id of channels) {
        const held = screen.state!.windows.get(id)!.messages.map(({ messageId, content }) => ({ messageId, content }));
        const history = await wholeHistory(person, id);
        const newest = history.slice(history.length - held.length);
        expect(held).toEqual(newest.map(({ messageId, content }) => ({ messageId, content })));
      }
    } finally {
      fresh.stop();
    }
  }

  it('nobody stays in a channel above their role, though they join it while the role is taken', async () => {
    const [admin, bo] = people as [Person, Person];
    const channelId = channelIds[channelNames.indexOf('supervision')]!;
    for (let round = 0; round < 40; round += 1) {
      await admin.http.call('user.setRole', { userId: bo.userId, role: 'technician' });
      await bo.http.call('member.leave', { channelId });
      const demote = () => admin.http.call('user.setRole', { userId: bo.userId, role: 'member' });
      const join = () => bo.http.call('member.join', { channelId });
      const both = round % 2 === 0 ? [demote(), join()] : [join(), demote()];
      // Whichever comes first, the join may be refused; the demotion must not be.
      const outcomes = await Promise.allSettled(both);
      expect(outcomes[round % 2]!.status).toBe('fulfilled');
      const { userIds } = await admin.http.call('channel.members', { channelId });
      expect(userIds).not.toContain(bo.userId);
    }
  });

  it('after any deeds of others and any absences, with changing rights', async () => {
    const deeds = fc.array(fc.array(deed, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 25 });
    const property = fc.asyncProperty(deeds, async groups => {
      for (const group of groups) await Promise.all(group.map(tryTo));
      const { seq } = await people[0]!.http.call('message.send', { channelId: channelIds[0]!, content: 'that was all' });
      for (const screen of screens) screen.start();
      for (const [index, screen] of screens.entries()) await expectFresh(people[index]!, screen, seq);
    });
    await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 40_000 });
  });
});
