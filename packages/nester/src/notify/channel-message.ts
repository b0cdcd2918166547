import { AppError, deliveryTrouble, type User } from '@aerie/contract';
import type { Announcements } from '../chat/announcements.ts';
import { incidentSentence } from '../incidents/sentences.ts';
import { firstRouteId } from '../store/first-route.ts';
import type { Courier, Errand } from './deliveries.ts';
import type { TellableSite } from './routes.ts';
import { stormText } from './storms.ts';

const testText = {
  fr: 'Ceci est un essai : les incidents seront annoncés ici.',
  en: 'This is a test: incidents will be told here.',
};

/** Tells incidents in channels, as a bot: one living message for each. The card speaks the reader's language, its plain text the route’s. */
export function channelCourier(
  announcements: Pick<Announcements, 'channelNamed' | 'isOpen' | 'say'>,
  {
    bot,
    channel,
    site,
  }: { bot: User /** For sites without one of their own. */; channel: string; site: (siteId: string) => TellableSite | undefined },
): Courier {
  const channelFor = ({ route, tale }: Errand): string => {
    const { target } = route;
    const wanted =
      (target.kind === 'channel' ? target.channelId : null) ?? (tale.kind === 'incident' ? site(tale.incident.siteId)?.channel_id : null);
    // A channel that was archived hears nothing: then it is told where everybody looks.
    if (wanted && announcements.isOpen(wanted)) return wanted;
    const usual = announcements.channelNamed(channel);
    if (usual === undefined) throw new Error(deliveryTrouble('no_channel', { channel }));
    return usual;
  };
  return {
    async tell(errand) {
      const { route, tale, deliveryId } = errand;
      const { language } = route.row;
      // What the first route said before there were others is still the same message.
      const suffix = route.row.route_id === firstRouteId ? '' : `:${route.row.route_id.slice(-12)}`;
      const channelId = channelFor(errand);
      try {
        if (tale.kind === 'incident') {
          const { incident } = tale;
          const content = incidentSentence(incident, language, site(incident.siteId)?.zone);
          await announcements.say(bot, channelId, { key: `incident:${incident.incidentId}${suffix}`, content, card: incident });
        } else if (tale.kind === 'storm') {
          const content = stormText(tale.storm, language);
          await announcements.say(bot, channelId, { key: `storm:${tale.storm.stormId}${suffix}`, content });
        } else {
          await announcements.say(bot, channelId, { key: `test:${deliveryId}`, content: testText[language] });
        }
      } catch (error) {
        if (error instanceof AppError && error.code === 'not_found') throw new Error(deliveryTrouble('channel_gone'));
        throw error;
      }
      return undefined;
    },
  };
}
