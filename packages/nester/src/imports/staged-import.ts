import { AppError, type Language, limits, userKey } from '@aerie/contract';
import type { PastMessage } from '../chat/past-messages.ts';

/** An account that will be made. */
export interface StagedUser {
  readonly userId: string;
  readonly name: string;
  readonly hasPassword: boolean;
  readonly createdAt: number | undefined;
  passwordHash: string | null;
}

/** A channel that will be made, and who belongs to it from the start. */
export interface StagedChannel {
  readonly channelId: string;
  /** Empty for a direct one. */
  readonly name: string;
  /** Of a direct one: its two people. */
  readonly directUserIds: readonly [string, string] | undefined;
  readonly memberIds: Set<string>;
}

/** What of an import has been checked and waits for the rest: all of it in memory, none of it anywhere else. */
export class StagedImport {
  readonly importId: string;
  readonly source: string;
  readonly language: Language;
  /** By the caller's index. */
  readonly users = new Map<number, StagedUser>();
  readonly channels = new Map<string, StagedChannel>();
  /** Accounts that will be made, in channels that are there already. */
  readonly joining = new Map<string, Set<string>>();
  readonly messages: PastMessage[] = [];
  readonly keys = new Set<string>();
  usedAt: number;
  readonly #byKey = new Map<string, StagedUser>();
  #bytes = 0;

  constructor(fields: { importId: string; source: string; language: Language; at: number }) {
    this.importId = fields.importId;
    this.source = fields.source;
    this.language = fields.language;
    this.usedAt = fields.at;
  }

  userNamed(name: string): StagedUser | undefined {
    return this.#byKey.get(userKey(name));
  }

  /** @throws import_too_large */
  addUser(index: number, user: StagedUser): void {
    this.#take(user.name);
    this.users.set(index, user);
    this.#byKey.set(userKey(user.name), user);
  }

  /** @throws import_too_large */
  addMessage(message: PastMessage): void {
    this.#take(message.content);
    this.messages.push(message);
    this.keys.add(message.key);
  }

  #take(text: string): void {
    // Two bytes a letter, and what an object of a few fields takes.
    this.#bytes += text.length * 2 + 200;
    if (this.users.size < limits.importedUsers && this.messages.length < limits.importedMessages && this.#bytes <= limits.importedBytes)
      return;
    throw new AppError('import_too_large', {
      users: limits.importedUsers,
      messages: limits.importedMessages,
      mebibytes: limits.importedBytes / 1024 / 1024,
    });
  }
}
