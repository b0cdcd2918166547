import { type ClientState, Connection, httpCaller, stateOf, type Window, webSocketTransport } from '@aerie/client';
import { AppError, type CommandInput, type CommandName, type Role, roles } from '@aerie/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../../packages/nester/src/app.ts';
import { readConfig } from '../../packages/nester/src/config.ts';
import { onEachDatabase, type TestDatabase } from '../../packages/nester/test/databases.ts';
import { until } from '../kit/wait.ts';

const password = 'hibou-perche-42-lampadaire';
const silent = { info() {}, warning() {}, error() {} };
/** What a random command may be answered with when it asks for something that is not so. */
const fair = new Set(['forbidden', 'not_found', 'read_only_channel', 'channel_exists', 'conflict', 'connection_lost', 'channel_archived']);

type Step = { who: number; what: What; a: number; b: number };
type What =
  | 'send'
  | 'edit'
  | 'delete'
  | 'read'
  | 'leave'
  | 'join'
  | 'create'
  | 'add'
  | 'remove'
  | 'role'
  | 'topic'
  | 'direct'
  | 'drop'
  | 'return'
  | 'open'
  | 'settle';
const often = (weight: number, ...arbitraries: What[]) => ({ weight, arbitrary: fc.constantFrom(...arbitraries) });
const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(7),
  what: fc.oneof(
    often(10, 'send'),
    often(4, 'edit', 'delete', 'read'),
    often(5, 'leave', 'join', 'add', 'remove', 'role'),
    often(4, 'drop', 'return'),
    often(2, 'open', 'create', 'topic', 'direct'),
    often(2, 'settle'),
  ),
  a: fc.nat(1000),
  b: fc.nat(1000),
});

onEachDatabase('snapshot + events = fresh snapshot', newDatabase => {
  let app: App;
  let database: TestDatabase;
  let url: string;
  const tokens: string[] = [];
  const userIds: string[] = [];

  beforeAll(async () => {
    database = await newDatabase();
    const limits = 'commandsPerSecond=100000,commandsBurst=100000,httpPerMinute=100000';
    const config = readConfig(
      { data: database.folder, databaseUrl: database.databaseUrl, http: '127.0.0.1:0', tcp: '127.0.0.1:0', limits },
      {},
    );
    app = createApp(config, silent);
    const running = await app.start();
    url = running.http;
    const anyone = httpCaller(`http://${url}`);
    const admin = await anyone.call('setup.complete', {
      token: running.setupLink!.split('#')[1]!,
      name: 'admin',
      password,
      language: 'en',
    });
    tokens.push(admin.token!);
    userIds.push(admin.me.userId);
    const asAdmin = httpCaller(`http://${url}`, { token: admin.token! });
    for (const name of ['ann', 'bob', 'cyd']) {
      const { userId } = await asAdmin.call('user.create', { name, password, role: 'member' });
      userIds.push(userId);
      tokens.push((await anyone.call('session.logIn', { user: name, password })).token!);
    }
  });

  afterAll(async () => {
    await app.stop();
    await database.remove();
  });

  const connect = (who: number) => new Connection({ open: webSocketTransport(`ws://${url}/api/ws`), token: tokens[who % tokens.length]! });
  const live = (connection: Connection) =>
    until(
      'a live connection',
      listener => connection.subscribe(listener),
      () => connection.status === 'live' && connection.state !== undefined,
    );

  it('under random writes, lost lines and changes of rights', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async steps => {
        // Two windows of each of the four people.
        const clients = Array.from({ length: 8 }, (_, who) => connect(who));
        for (const client of clients) client.start();
        await Promise.all(clients.map(live));
        let waiting: Promise<unknown>[] = [];
        for (const one of steps) {
          if (one.what === 'settle') {
            await Promise.all(waiting);
            waiting = [];
          } else {
            waiting.push(take(one, clients[one.who]!, clients[0]!));
          }
        }
        await Promise.all(waiting);
        for (const client of clients) client.start();
        await Promise.all(clients.map(live));
        for (const [who, client] of clients.entries()) await expectFresh(client, who);
        for (const client of clients) client.stop();
      }),
      { numRuns: Number(process.env.AERIE_TEST_RUNS ?? 25), endOnFailure: true },
    );
  }, 240_000);

  /** One random thing that somebody does. Nothing waits for it but the next `settle`. */
  async function take({ what, a, b }: Step, client: Connection, admin: Connection): Promise<void> {
    const { state } = client;
    const channels = [...(state?.channels.values() ?? [])];
    const channel = channels[a % Math.max(1, channels.length)];
    const userId = userIds[b % userIds.length]!;
    if (what === 'drop') return client.stop();
    if (what === 'return') return client.start();
    if (!state || !channel) return;
    const { channelId } = channel;
    const messages = state.windows.get(channelId)?.messages ?? [];
    const message = messages[b % Math.max(1, messages.length)];
    if (what === 'send') await call(client, 'message.send', { channelId, content: `said ${a}.${b}`, nonce: crypto.randomUUID() });
    // A window that is opened on a lost line is loaded when the line is back: not waited for here.
    else if (what === 'open') void client.openChannel(channelId).catch(fairly);
    else if (what === 'edit' && message) await call(client, 'message.edit', { messageId: message.messageId, content: `edited ${a}` });
    else if (what === 'delete' && message) await call(client, 'message.delete', { messageId: message.messageId });
    else if (what === 'read') await call(client, 'channel.markRead', { channelId, readSeq: message?.seq ?? state.seq });
    else if (what === 'leave') await call(client, 'member.leave', { channelId });
    else if (what === 'join') await call(client, 'member.join', { channelId: admin.state?.channels.keys().next().value ?? channelId });
    else if (what === 'create') await call(client, 'channel.create', { name: `c${a}`, kind: b % 2 ? 'public' : 'private' });
    else if (what === 'add') await call(admin, 'member.add', { channelId, userId });
    else if (what === 'remove') await call(admin, 'member.remove', { channelId, userId });
    else if (what === 'topic') await call(admin, 'channel.update', { channelId, topic: `about ${a}` });
    else if (what === 'direct') await call(client, 'channel.openDirect', { userId });
    else if (what === 'role' && userId !== userIds[0]) await call(admin, 'user.setRole', { userId, role: roles[a % roles.length] as Role });
  }

  async function call<K extends CommandName>(client: Connection, name: K, input: CommandInput<K>): Promise<void> {
    await client.call(name, input).catch(fairly);
  }

  /** What a client came to by events equals what a new one is told. */
  async function expectFresh(client: Connection, who: number): Promise<void> {
    const { snapshot } = (await freshAnswer(who)) as { snapshot: Parameters<typeof stateOf>[0] };
    const expected = comparable(stateOf(snapshot));
    await until(
      'the state of a fresh snapshot',
      listener => client.subscribe(listener),
      () => JSON.stringify(comparable(client.state!)) === JSON.stringify(expected),
      5_000,
    ).catch(() => undefined);
    expect(comparable(client.state!)).toEqual(expected);
    for (const [channelId, window] of client.state!.windows) {
      const oldest = window.messages[0]?.seq ?? 0;
      const page = await client.call('message.history', { channelId, after: Math.max(0, oldest - 1), limit: 200 });
      if (!page.moreAfter && !window.moreAfter && (window.messages.length > 0 || !window.moreBefore))
        expect(held(window)).toEqual(page.messages);
    }
  }

  async function freshAnswer(who: number): Promise<unknown> {
    const asker = new Connection({ open: webSocketTransport(`ws://${url}/api/ws`), token: tokens[who % tokens.length]!, live: false });
    asker.start();
    const answer = await asker.call('log.resume', {});
    asker.stop();
    return answer;
  }
});

const held = (window: Window) => window.messages.map(message => ({ ...message }));

/** Presence differs with every line that comes or goes; everything else must be the same. */
function comparable({ me, users, channels }: ClientState) {
  const sorted = <T>(map: ReadonlyMap<string, T>) =>
    Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, fields(value)]));
  const { sessionId: _, ...self } = me;
  return { me: self, users: sorted(users), channels: sorted(channels) };
}

function fields(value: unknown): unknown {
  return Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function fairly(error: unknown): void {
  if (!(error instanceof AppError) || !fair.has(error.code)) throw error;
}
