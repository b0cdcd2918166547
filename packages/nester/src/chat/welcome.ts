import type { Language, User } from '@aerie/contract';
import type { Unit } from '../store/unit.ts';
import { addMessage } from './messages.ts';
import type { Roster } from './roster.ts';

const greeting: Record<Language, string> = {
  en: 'Welcome to Aerie. This is **#général**: everybody who has an account is here.\n\nInvite people under *Administration → Invitations*. `Ctrl-K` finds everything, `?` shows the keys.',
  fr: 'Bienvenue dans Aerie. Vous êtes dans **#général** : toutes les personnes qui ont un compte y sont.\n\nInvitez-les depuis *Administration → Invitations*. `Ctrl-K` trouve tout, `?` montre les raccourcis.',
};

/** Adds to the unit that makes the very first account a few lines in `#général`, in that person's language. */
export function greetFirst(unit: Unit, parts: { roster: Roster; bot: User; language: Language; now: number }): void {
  const { roster, bot, language, now } = parts;
  const general = [...roster.records()].find(record => record.autoJoin)?.channel;
  if (!general || roster.memberIds(general.channelId).size > 0) return;
  addMessage(unit, general, { author: bot, deviceId: 'aerie', nonce: null, content: greeting[language], at: now });
}
