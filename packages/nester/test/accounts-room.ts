import { randomUUID } from 'node:crypto';
import type { CommandInput, CommandName, CommandOutput } from '@aerie/contract';
import { commitAct } from '../src/accounts/audit.ts';
import type { UserChange } from '../src/accounts/parts.ts';
import { type Accounts, openAccounts } from '../src/accounts/room.ts';
import { type Bus, type BusTopics, localBus } from '../src/bus/bus.ts';
import { type Config, readConfig, type Settings } from '../src/config.ts';
import type { Actor, Caller, Handlers, UserActor } from '../src/context.ts';
import { Dispatch } from '../src/doors/dispatch.ts';
import { type Area, type Fields, type Level, logLine } from '../src/log.ts';
import { Committer } from '../src/store/commit.ts';
import { readHead } from '../src/store/log.ts';
import { openStore, type Store } from '../src/store/store.ts';
import type { CommittedEvent } from '../src/store/unit.ts';
import type { TestDatabase } from './databases.ts';

export const strong = 'hibou-perche-42-lampadaire';

interface CallOptions {
  actor?: Actor;
  address?: string;
  agent?: string;
  connection?: Caller['connection'];
}

/** The accounts room over a real store, with a clock that tests set. */
export interface AccountsRoom {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly bus: Bus;
  readonly config: Config;
  /** All that was told on `sessions.ended`. */
  readonly ended: BusTopics['sessions.ended'][];
  readonly events: CommittedEvent[];
  readonly changes: UserChange[];
  readonly lines: string[];
  now: number;
  call<K extends CommandName>(name: K, input: CommandInput<K>, options?: CallOptions): Promise<CommandOutput<K>>;
  /** Makes the first administrator and answers the actor. */
  firstAdmin(name?: string): Promise<UserActor>;
  /** Makes an account as the machine's administrator, logs it in and answers the actor. */
  person(name: string, role?: 'viewer' | 'member' | 'technician' | 'admin'): Promise<UserActor>;
  close(): Promise<void>;
}

export const local: Actor = { kind: 'local' };
const anyone: Actor = { kind: 'anyone' };

export async function openAccountsRoom(database: TestDatabase, settings: Partial<Settings> = {}): Promise<AccountsRoom> {
  const config = readConfig({ data: database.folder, ...settings }, {});
  const store = await openStore(database);
  const lines: string[] = [];
  const write = (level: Level) => (area: Area, sentence: string, fields?: Fields) => {
    lines.push(logLine(0, level, area, sentence, fields).split(' ').slice(1).join(' ').trimEnd());
  };
  const log = { info: write('INFO'), warning: write('WARNING'), error: write('ERROR') };
  const fail = (error: unknown) => {
    throw error;
  };
  const now = () => room.now;
  const committer = new Committer(store, (await readHead(store.read)).seq, now, fail);
  const events: CommittedEvent[] = [];
  committer.onApplied(more => events.push(...more));
  const bus = localBus(fail);
  const ended: BusTopics['sessions.ended'][] = [];
  bus.subscribe('sessions.ended', message => ended.push(message));
  const changes: UserChange[] = [];
  const room: AccountsRoom = {
    store,
    bus,
    config,
    ended,
    events,
    changes,
    lines,
    accounts: undefined as unknown as Accounts,
    now: Date.UTC(2026, 10, 21, 8),
    call(name, input, { actor = anyone, address = '192.0.2.7', agent = 'test', connection } = {}) {
      const caller: Caller = { door: actor.kind === 'local' ? 'local' : 'tcp', address, agent, connection };
      return dispatch.call(actor, caller, name, input) as Promise<never>;
    },
    async firstAdmin(name = 'Ada') {
      const { link } = (await accounts.setupLink())!;
      const { token } = await room.call('setup.complete', { token: link.split('#')[1]!, name, password: strong, language: 'fr' });
      return (await accounts.authenticate(token!))!;
    },
    async person(name, role = 'member') {
      await room.call('user.create', { name, password: strong, role }, { actor: local });
      const { token } = await room.call('session.logIn', { user: name, password: strong }, { address: `person-${name}` });
      return (await accounts.authenticate(token!))!;
    },
    async close() {
      await accounts.stop();
      await committer.stop();
      await store.close();
      await database.remove();
    },
  };
  const accounts = await openAccounts({
    store,
    committer,
    bus,
    config,
    log,
    now,
    version: '1.2.3',
    effects: [(_unit, change) => changes.push(change)],
    bannedBecause: () => ' (spam)',
    publicUrl: () => 'https://aerie.example',
  });
  Object.assign(room, { accounts });
  const dispatch = new Dispatch({
    gate: { banOf: () => undefined },
    record: commitAct,
    handlers: accounts.commands as Handlers,
    store,
    committer,
    log,
    now,
  });
  return room;
}

/** A live connection that only remembers whom it acts as, and what it says it is. */
export function liveConnection(): NonNullable<Caller['connection']> & { actors: UserActor[]; clients: (string | undefined)[] } {
  const actors: UserActor[] = [];
  const clients: (string | undefined)[] = [];
  return {
    connectionId: randomUUID(),
    actors,
    clients,
    logIn(actor, client) {
      actors.push(actor);
      clients.push(client);
    },
    logInProbe() {},
    actAsGuest() {},
    hold() {},
    release() {},
    letGo() {},
    tell() {},
  };
}
