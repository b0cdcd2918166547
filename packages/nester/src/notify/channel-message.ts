import type { Incident, Language, User } from '@aerie/contract';
import type { Announcements } from '../chat/announcements.ts';
import { incidentSentence } from '../incidents/sentences.ts';

/** Tells incidents in a channel, as a bot: one living message for each. The card speaks the reader's language, its plain text this one. */
export function channelMessages(
  announcements: Pick<Announcements, 'channelNamed' | 'say'>,
  { bot, channel, language, timeZone }: { bot: User; channel: string; language: Language; timeZone?: string },
): (incident: Incident) => Promise<void> {
  return async incident => {
    const channelId = announcements.channelNamed(channel);
    if (channelId === undefined) throw new Error(`there is no channel #${channel}: make it, then it will be told there`);
    const content = incidentSentence(incident, language, timeZone);
    await announcements.say(bot, channelId, { key: `incident:${incident.incidentId}`, content, card: incident });
  };
}
