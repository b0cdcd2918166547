import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stagedFolder } from '../src/backups/journal.ts';
import type { Making } from '../src/backups/make.ts';
import { readHead } from '../src/store/log.ts';
import { openStore } from '../src/store/store.ts';
import { type ChatHouse, openChatHouse } from './chat-house.ts';
import type { TestDatabase } from './databases.ts';
import { actor } from './fake-connection.ts';

/** What a backup holds, as it lies in a data folder and its database. */
export interface State {
  messages: string[];
  epoch: string;
  /** The names of the backups that the audit says were restored, the newest last. */
  restored: string[];
  sessions: number;
  files: Record<string, string>;
}

/** Says things in a data folder's Nester, and closes it. */
export async function say(database: TestDatabase, ...contents: string[]): Promise<void> {
  const chat = await openHouse(database);
  const found = chat.house.accounts.directory.byName('Ada');
  const ada = found ? { ...actor(found.userId, 'Ada'), role: found.role } : await chat.person('Ada');
  for (const content of contents) await chat.call(ada, 'message.send', { channelId: chat.channelNamed('général'), content });
  await chat.house.close();
}

/** A Nester of a database that stays when it is closed. */
export function openHouse(database: TestDatabase): Promise<ChatHouse> {
  return openChatHouse({ ...database, remove: async () => {} });
}

/** Puts files below a folder of data. */
export function put(folder: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export async function stateOf({ folder, databaseUrl }: Pick<TestDatabase, 'folder' | 'databaseUrl'>): Promise<State> {
  const store = await openStore({ folder, databaseUrl });
  try {
    const messages = await store.read.selectFrom('message').select('content').orderBy('seq').execute();
    const sessions = await store.read.selectFrom('session').select('session_id').execute();
    const restores = await store.read
      .selectFrom('audit')
      .select('subject')
      .where('action', '=', 'backup.restore')
      .orderBy('audit_id')
      .execute();
    const restored = restores.map(({ subject }) => subject);
    const { epoch } = await readHead(store.read);
    return { messages: messages.map(({ content }) => content), epoch, restored, sessions: sessions.length, files: filesOf(folder) };
  } finally {
    await store.close();
  }
}

/** The files that people know of, by their paths. */
function filesOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (entry.isFile() && /^(?:inbox|quarantine|files)\//.test(path)) found[path] = readFileSync(join(folder, path), 'utf8');
  }
  return found;
}

/** How a backup of a test's database is made. */
export function makingOf({ folder, databaseUrl }: TestDatabase, more: Partial<Making> = {}): Making {
  return {
    config: { data: folder, databaseUrl, secretKeyFile: undefined },
    folder: join(folder, 'backups'),
    version: '9.9',
    now: Date.now,
    ...more,
  };
}

/** How a backup is restored in a test's database. */
export function restoreOf({ folder, databaseUrl }: TestDatabase) {
  return {
    config: { data: folder, databaseUrl, secretKeyFile: undefined, backups: join(folder, 'backups') },
    version: '9.9',
    now: Date.now,
    endSessions: false,
    confirm: async () => {},
  };
}

/** What is left lying about after a restore. */
export function leftovers(folder: string): string[] {
  return readdirSync(folder).filter(name => name.startsWith('before-restore-') || name === stagedFolder);
}
