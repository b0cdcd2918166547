import type { accountCommands, Language, Role, User } from '@aerie/contract';
import type { Handlers, UserActor } from '../context.ts';
import { Unit } from '../store/unit.ts';
import { auditCommands } from './audit.commands.ts';
import { Authentication } from './authentication.ts';
import { ensureBot } from './bots.ts';
import { classListCommands } from './class-list.commands.ts';
import { Directory } from './directory.ts';
import { Hashing, hashesAtOnce } from './hashing.ts';
import { HashingProcess } from './hashing-process.ts';
import { invitationCommands } from './invitations.commands.ts';
import { Lockout } from './lockout.ts';
import { meCommands } from './me.commands.ts';
import { addAccount } from './new-account.ts';
import type { AccountsParts, Shared } from './parts.ts';
import { Registrations } from './registrations.ts';
import { type AccountSanctions, accountSanctions } from './sanctioned.ts';
import { sessionCommands } from './sessions.commands.ts';
import { sweepSessionsQuery } from './sessions.store.ts';
import { newSetupLink, setupCommands } from './setup.commands.ts';
import { userCommands } from './users.commands.ts';
import { newUserRow } from './users.ts';

export type { Directory } from './directory.ts';

interface Newcomer {
  userId: string;
  name: string;
  role: Role;
  language: Language;
  /** Null: closed to log-in until a password is set. */
  passwordHash: string | null;
  createdAt: number;
}

/** Who may come in, and as whom. */
export interface Accounts {
  readonly commands: Handlers<keyof typeof accountCommands | 'user.endSessions'>;
  readonly directory: Directory;
  /** The user that a token (cookie, bearer) logs in; undefined when it is unknown or expired, or the account closed. */
  authenticate(token: string): Promise<UserActor | undefined>;
  /** Without an administrator who could log in: a new set-up link (one use, 30 minutes); older ones stop working. */
  setupLink(): Promise<{ link: string; expiresAt: number } | undefined>;
  readonly sanctions: AccountSanctions;
  /** The account of a bot of that name, made when it is not there. */
  bot(name: string): Promise<User>;
  /** Adds the account of somebody who comes from another server, and what follows from it, to a unit. The name must be free. */
  admit(unit: Unit, newcomer: Newcomer): void;
  /** Forgets log-ins that expired. */
  sweepSessions(): Promise<void>;
  /** Resolves when no password is being hashed any more. */
  stop(): Promise<void>;
}

/** Opens the room: reads who has an account, and forgets log-ins that expired. */
export async function openAccounts(parts: AccountsParts): Promise<Accounts> {
  const { store, committer, config, now } = parts;
  const directory = await Directory.load(store.read);
  committer.onApplied(events => directory.apply(events));
  const sweepSessions = async () => {
    await committer.commit(new Unit().run(sweepSessionsQuery(store.read, now())));
  };
  await sweepSessions();
  let endings = 0;
  parts.bus.subscribe('sessions.ended', () => {
    endings += 1;
  });
  const hashingProcess = new HashingProcess(parts.log, { threads: hashesAtOnce() });
  const shared: Shared = {
    ...parts,
    directory,
    hashing: new Hashing(hashingProcess.derive, hashesAtOnce()),
    lockout: new Lockout(config.limits),
    registrations: new Registrations(config.limits),
    endings: () => endings,
  };
  const authentication = new Authentication(shared);
  return {
    directory,
    commands: {
      ...setupCommands(shared),
      ...sessionCommands(shared, authentication),
      ...meCommands(shared),
      ...userCommands(shared),
      ...classListCommands(shared),
      ...invitationCommands(shared),
      ...auditCommands,
    },
    sanctions: accountSanctions(shared),
    authenticate: token => authentication.authenticate(token),
    async setupLink() {
      if (directory.hasAdmin()) return undefined;
      const { unit, link, expiresAt } = newSetupLink(shared);
      await committer.commit(unit);
      return { link, expiresAt };
    },
    bot: name => ensureBot(shared, name),
    admit(unit, { userId, createdAt, ...fields }) {
      addAccount(unit, shared, { ...newUserRow({ ...fields, at: createdAt }), user_id: userId }, undefined);
    },
    sweepSessions,
    async stop() {
      await shared.hashing.stop();
      hashingProcess.stop();
    },
  };
}
