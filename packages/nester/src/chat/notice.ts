import type { User } from '@aerie/contract';
import type { Unit } from '../store/unit.ts';
import { firstChannels } from './channels.ts';
import { addMessage } from './messages.ts';
import type { Roster } from './roster.ts';

/** Adds to a unit what the server says to everybody, in the first channel. */
export function addNotice(unit: Unit, { roster, bot, content, at }: { roster: Roster; bot: User; content: string; at: number }): void {
  const channel = roster.named(firstChannels[0]!.name);
  if (channel) addMessage(unit, channel, { author: bot, deviceId: 'aerie', nonce: null, content, at });
}
