import type { moderationCommands, User } from '@aerie/contract';
import type { Handlers } from '../context.ts';
import type { Store } from '../store/store.ts';
import { commandsOfModeration, type ModerationParts } from './moderation.commands.ts';
import { runningSanctions } from './sanctions.store.ts';
import { Sanctions } from './sanctions.ts';

/** What administrators do to people who disturb. */
export interface Moderation {
  readonly commands: Handlers<keyof typeof moderationCommands>;
}

/** Loads the mutes and bans that run. */
export async function openSanctions(store: Store, now: number, userById: (userId: string) => User | undefined): Promise<Sanctions> {
  return new Sanctions(await runningSanctions(store.read, now), userById);
}

export function openModeration(parts: ModerationParts): Moderation {
  return { commands: commandsOfModeration(parts) };
}
