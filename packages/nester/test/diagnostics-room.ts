import { type CommandInput, type CommandName, type CommandOutput, firstPolicy } from '@aerie/contract';
import { commitAct } from '../src/accounts/audit.ts';
import { type Bus, localBus, type Whisper } from '../src/bus/bus.ts';
import type { Actor, Caller, Handlers, UserActor } from '../src/context.ts';
import type { AskedProbe } from '../src/diagnostics/parts.ts';
import { type Diagnostics, openDiagnostics } from '../src/diagnostics/room.ts';
import { Dispatch } from '../src/doors/dispatch.ts';
import { Committer } from '../src/store/commit.ts';
import { readHead } from '../src/store/log.ts';
import { openStore, type Store } from '../src/store/store.ts';
import type { TestDatabase } from './databases.ts';

export const tess: UserActor = {
  kind: 'user',
  userId: 'u1',
  name: 'Tess',
  role: 'technician',
  language: 'fr',
  sessionId: 's',
  deviceId: 'd',
};
export const probeActor: Actor = { kind: 'probe', probeId: 'p1', siteId: 's1', name: 'box' };

/** The diagnostics room over a real store, with a site of one probe; tests say what the probe does. */
export interface DiagnosticsRoom {
  readonly store: Store;
  readonly bus: Bus;
  readonly whispers: Whisper[];
  readonly said: { channelId: string; key: string; content: string }[];
  /** `p1`; change it as the site's probe changes. */
  probe: AskedProbe | undefined;
  now: number;
  failure: Error | undefined;
  call<K extends CommandName>(name: K, input: CommandInput<K>, actor?: Actor): Promise<CommandOutput<K>>;
  restart(): Promise<void>;
  diagnostics: Diagnostics;
  close(): Promise<void>;
}

export async function openDiagnosticsRoom(database: TestDatabase): Promise<DiagnosticsRoom> {
  const store = await openStore(database);
  const fail = (error: unknown) => {
    throw error;
  };
  const now = () => room.now;
  const log = { info() {}, warning() {}, error() {} };
  const committer = new Committer(store, (await readHead(store.read)).seq, now, fail);
  const plainCommit = committer.commit.bind(committer);
  committer.commit = (unit, origin) => (room.failure ? Promise.reject(room.failure) : plainCommit(unit, origin));
  const bus = localBus(fail);
  bus.subscribe('whispered', whisper => room.whispers.push(whisper));
  const open = () =>
    openDiagnostics({
      store,
      committer,
      bus,
      log,
      now,
      probe: probeId => (probeId === 'p1' ? room.probe : undefined),
      requireVoice() {},
      async say(channelId, message) {
        room.said.push({ channelId, ...message });
      },
    });
  const dispatchOf = ({ commands }: Diagnostics) =>
    new Dispatch({ gate: { banOf: () => undefined }, record: commitAct, handlers: commands as Handlers, store, committer, log, now });
  const room: DiagnosticsRoom = {
    store,
    bus,
    whispers: [],
    said: [],
    probe: { siteId: 's1', siteCode: 'NE', name: 'box', policy: firstPolicy, connectionId: 'c1' },
    now: 1_000_000,
    failure: undefined,
    diagnostics: undefined as unknown as Diagnostics,
    call(name, input, actor = tess) {
      const connection = { connectionId: 'x' } as NonNullable<Caller['connection']>;
      return dispatch.call(actor, { door: 'ws', address: '192.0.2.7', agent: 'test', connection }, name, input) as Promise<never>;
    },
    async restart() {
      await room.diagnostics.stop();
      room.diagnostics = await open();
      dispatch = dispatchOf(room.diagnostics);
    },
    async close() {
      await room.diagnostics.stop();
      await committer.stop();
      await store.close();
      await database.remove();
    },
  };
  room.diagnostics = await open();
  let dispatch = dispatchOf(room.diagnostics);
  return room;
}
