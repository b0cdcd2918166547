import type { Language } from '@aerie/contract';
import type { Kysely } from 'kysely';
import { directKey, newChannelRow, recordOf } from '../chat/channels.ts';
import { addMember } from '../chat/memberships.ts';
import { addPastMessages } from '../chat/past-messages.ts';
import type { Roster } from '../chat/roster.ts';
import type { Tables } from '../store/schema.ts';
import { Unit } from '../store/unit.ts';
import { importedRole } from './judge-messages.ts';
import type { StagedImport } from './staged-import.ts';

/** An account that an import makes. */
export interface Newcomer {
  userId: string;
  name: string;
  role: typeof importedRole;
  language: Language;
  passwordHash: string | null;
  createdAt: number;
}

/** Adds an account, and what follows from it, to a unit. */
export type Admit = (unit: Unit, newcomer: Newcomer) => void;

/** All that was staged, as one unit: it becomes durable together or not at all. */
export function unitOf(staged: StagedImport, parts: { roster: Roster; admit: Admit; db: Kysely<Tables>; now: number }): Unit {
  const { roster, admit, db, now } = parts;
  const unit = new Unit();
  addPastMessages(
    unit,
    db,
    staged.messages.sort((one, other) => one.at - other.at),
  );
  for (const { userId, name, passwordHash, createdAt } of staged.users.values())
    admit(unit, { userId, name, role: importedRole, language: staged.language, passwordHash, createdAt: createdAt ?? now });
  // The others are joined by every new account as it is.
  for (const { channel, autoJoin } of roster.records())
    if (!autoJoin) for (const userId of staged.joining.get(channel.channelId) ?? []) addMember(unit, roster, channel, userId);
  for (const { channelId, name, directUserIds, memberIds } of staged.channels.values()) {
    const row = newChannelRow({
      channelId,
      name,
      kind: directUserIds ? 'direct' : 'public',
      minRole: 'viewer',
      postRole: 'member',
      at: now,
      ...(directUserIds ? { nameKey: directKey(...directUserIds) } : {}),
    });
    const { channel } = recordOf(row);
    unit.insert('channel', row);
    // A channel in which only people without an account spoke has no member who would make it known.
    unit.event('channel.updated', [`channel:${channelId}`], { channelId }, () => ({ channel }));
    for (const userId of memberIds) addMember(unit, roster, channel, userId);
  }
  return unit;
}
