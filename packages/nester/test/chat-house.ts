import { type CommandInput, type CommandName, type CommandOutput, type Role, roles } from '@aerie/contract';
import { readConfig, type Settings } from '../src/config.ts';
import type { Actor, UserActor } from '../src/context.ts';
import { openHouse } from '../src/house.ts';
import { type Area, type Fields, type Level, logLine } from '../src/log.ts';
import type { CommittedEvent } from '../src/store/unit.ts';
import type { TestDatabase } from './databases.ts';
import { actor } from './fake-connection.ts';

const password = 'hibou-perche-42-lampadaire';

/** All rooms over a store of its own, without doors. */
export interface ChatHouse {
  readonly house: Awaited<ReturnType<typeof openHouse>>;
  /** All that was committed since the start, or since it was emptied. */
  readonly events: CommittedEvent[];
  /** What was logged, without the time. */
  readonly lines: string[];
  call<K extends CommandName>(actor: Actor, name: K, input: CommandInput<K>): Promise<CommandOutput<K>>;
  /** Makes an account; the actor's rights are those of now at each call. */
  person(name: string, role?: Role): Promise<UserActor>;
  channelNamed(name: string): string;
  close(): Promise<void>;
}

export async function openChatHouse(database: TestDatabase, settings: Partial<Settings> = {}): Promise<ChatHouse> {
  const { folder, databaseUrl } = database;
  const lines: string[] = [];
  const write = (level: Level) => (area: Area, sentence: string, fields?: Fields) => {
    lines.push(logLine(0, level, area, sentence, fields).replace(/^\S+ /, '').trimEnd());
  };
  const log = { info: write('INFO'), warning: write('WARNING'), error: write('ERROR') };
  const house = await openHouse(readConfig({ data: folder, ...(databaseUrl ? { databaseUrl } : {}), ...settings }, {}), log);
  const events: CommittedEvent[] = [];
  house.committer.onApplied(more => events.push(...more));
  const opened: ChatHouse = {
    house,
    events,
    lines,
    call(by, name, input) {
      const now: Actor = by.kind === 'user' ? house.accounts.directory.asNow(by) : by;
      const door = by.kind === 'local' ? 'local' : 'http';
      return house.dispatch.call(now, { door, address: '192.0.2.7', agent: '', connection: undefined }, name, input) as Promise<never>;
    },
    async person(name, role = roles[1]) {
      const { userId } = await opened.call({ kind: 'local' }, 'user.create', { name, password, role });
      return { ...actor(userId, name), role };
    },
    channelNamed(name) {
      const channel = house.chat.roster.named(name);
      if (!channel) throw new Error(`there is no channel ${name}`);
      return channel.channelId;
    },
    async close() {
      await house.close();
      await database.remove();
    },
  };
  return opened;
}
