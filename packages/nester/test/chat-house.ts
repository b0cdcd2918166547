import { type CommandInput, type CommandName, type CommandOutput, type Role, roles } from '@aerie/contract';
import { readConfig, type Settings } from '../src/config.ts';
import type { Actor, UserActor } from '../src/context.ts';
import { openHouse } from '../src/house.ts';
import type { CommittedEvent } from '../src/store/unit.ts';
import type { TestDatabase } from './databases.ts';
import { actor } from './fake-connection.ts';

const quiet = { info() {}, warning() {}, error() {} };
const password = 'hibou-perche-42-lampadaire';

/** All rooms over a store of its own, without doors. */
export interface ChatHouse {
  readonly house: Awaited<ReturnType<typeof openHouse>>;
  /** All that was committed since the start, or since it was emptied. */
  readonly events: CommittedEvent[];
  call<K extends CommandName>(actor: Actor, name: K, input: CommandInput<K>): Promise<CommandOutput<K>>;
  /** Makes an account; the actor's rights are those of now at each call. */
  person(name: string, role?: Role): Promise<UserActor>;
  channelNamed(name: string): string;
  close(): Promise<void>;
}

export async function openChatHouse(database: TestDatabase, settings: Partial<Settings> = {}): Promise<ChatHouse> {
  const { folder, databaseUrl } = database;
  const house = await openHouse(readConfig({ data: folder, ...(databaseUrl ? { databaseUrl } : {}), ...settings }, {}), quiet);
  const events: CommittedEvent[] = [];
  house.committer.onApplied(more => events.push(...more));
  const opened: ChatHouse = {
    house,
    events,
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
