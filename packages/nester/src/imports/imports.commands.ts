import { AppError, type importCommands as commands } from '@aerie/contract';
import { directChannels, knownKeys } from '../chat/past-messages.ts';
import type { Roster } from '../chat/roster.ts';
import type { Handlers } from '../context.ts';
import { newId } from '../new-id.ts';
import { authorIdsOf, directKeysOf, judgeMessage } from './judge-messages.ts';
import { type Accounts, judgeUser } from './judge-users.ts';
import { StagedImport } from './staged-import.ts';
import { type Admit, unitOf } from './write.ts';

const idleMs = 10 * 60_000;

/** Brings in what another server knew: one import at a time. */
export interface Imports {
  readonly commands: Handlers<keyof typeof commands>;
  /** Forgets an import that nobody goes on with. */
  sweep(): Promise<void>;
}

export function openImports(parts: { accounts: Accounts; roster: Roster; admit: Admit; now: () => number }): Imports {
  const { accounts, roster, admit, now } = parts;
  let current: StagedImport | undefined;
  let isWriting = false;

  function requireStaged(importId: string): StagedImport {
    if (current?.importId !== importId || current.usedAt + idleMs < now()) throw new AppError('import_gone');
    current.usedAt = now();
    return current;
  }

  return {
    async sweep() {
      if (current && current.usedAt + idleMs < now()) current = undefined;
    },
    commands: {
      'import.begin'(ctx, { source, language }) {
        // What is being written cannot be compared with yet.
        if (isWriting) throw new AppError('busy');
        current = new StagedImport({ importId: newId(), source, language, at: ctx.now() });
        return { importId: current.importId };
      },

      'import.users'(_ctx, { importId, users }) {
        const staged = requireStaged(importId);
        if (staged.messages.length > 0) throw new AppError('bad_input', { field: 'users', reason: 'accounts come before messages' });
        return { verdicts: users.map(user => judgeUser(staged, accounts, user)).filter(verdict => verdict !== undefined) };
      },

      async 'import.messages'(ctx, { importId, messages }) {
        const staged = requireStaged(importId);
        const keys = messages.map(({ key }) => key);
        const [known, directs] = await Promise.all([
          knownKeys(ctx.db, authorIdsOf(accounts, messages), keys),
          directChannels(ctx.db, directKeysOf(accounts, messages)),
        ]);
        const here = { accounts, channelNamed: (name: string) => roster.named(name), directs, known, now: ctx.now() };
        return { verdicts: messages.map(one => judgeMessage(staged, here, one)).filter(verdict => verdict !== undefined) };
      },

      'import.passwords'(_ctx, { importId, passwords }) {
        const { users } = requireStaged(importId);
        for (const { index, hash } of passwords) {
          const user = users.get(index);
          if (!user?.hasPassword) throw new AppError('bad_input', { field: 'passwords', reason: `there is no account ${index} with one` });
          user.passwordHash = hash;
        }
        return {};
      },

      async 'import.finish'(ctx, { importId, dryRun }) {
        const staged = requireStaged(importId);
        const isMissing = [...staged.users.values()].some(user => user.hasPassword && user.passwordHash === null);
        if (isMissing && !dryRun) throw new AppError('bad_input', { field: 'passwords', reason: 'some have not come' });
        current = undefined;
        const made = [...staged.channels.values()];
        const result = {
          users: staged.users.size,
          messages: staged.messages.length,
          channels: made.filter(({ directUserIds }) => !directUserIds).map(({ name }) => name),
          directs: made.filter(({ directUserIds }) => directUserIds).length,
        };
        if (dryRun || (result.users === 0 && result.messages === 0)) return result;
        const unit = unitOf(staged, { roster, admit, db: ctx.db, now: ctx.now() });
        const detail = { users: result.users, messages: result.messages, channels: result.channels.length };
        isWriting = true;
        try {
          await ctx.commitAct(unit, { action: 'import.classcord', subject: staged.source, detail });
        } finally {
          isWriting = false;
        }
        return result;
      },
    },
  };
}
