import { startTyped, typedDiagnostic } from '@aerie/client/typed-diagnostic';
import { actTyped, typedIncident } from '@aerie/client/typed-incident';
import type { OwnChannel } from '@aerie/contract';
import { namesCentre } from '@aerie/contract/centre';
import { atLeast } from '@aerie/contract/roles';
import { useNavigate } from '@tanstack/react-router';
import { channelAt, channelSlug } from '../../app/channels.ts';
import { useConnection } from '../../app/context.ts';
import { choosePresence } from '../../app/use-own-presence.ts';
import { useText } from '../../i18n/use-text.tsx';
import { useSay } from '../../ui/toast.tsx';
import { minutesOf } from '../moderation/durations.ts';
import { personAt, type SlashName, slashCommands } from './slash.ts';

/** Why a command could not be done, in words. */
class Refusal extends Error {}

/** Does what a command says. Answers nothing when it is done, and otherwise what was wrong, in words: the line stays as it was typed. */
export function useSlash(channel: OwnChannel, called: string, onMembers: () => void) {
  const { t, sentence } = useText();
  const say = useSay();
  const navigate = useNavigate();
  const connection = useConnection();
  const { channelId } = channel;

  const go = (slug: string) => navigate({ to: '/c/$channel', params: { channel: slug } });

  const run = async (name: SlashName, rest: string): Promise<void> => {
    const state = connection.state!;
    const usage = () => new Refusal(t('slash.needs', { usage: t(`slash.usage.${name}`) }));
    const person = () => {
      if (rest === '') throw usage();
      const found = personAt(
        rest,
        [...state.users.values()].filter(user => !user.disabled),
      );
      if (!found) throw new Refusal(t('slash.noPerson', { name: rest.split(/\s/)[0]! }));
      return found;
    };
    const inChannel = () => {
      if (channel.kind === 'direct') throw new Refusal(t('slash.notHere'));
    };
    /** Who, for how long, and why. */
    const sanction = () => {
      const { person: user, rest: words } = person();
      const [, time = '', reason = ''] = /^(\S+)(?:\s+(.*))?$/s.exec(words) ?? [];
      const minutes = minutesOf(time);
      if (minutes === undefined) throw usage();
      return { name: user.name, userId: user.userId, minutes, reason };
    };

    switch (name) {
      case 'join': {
        const wanted = rest.replace(/^#/, '');
        if (wanted === '') throw usage();
        const own = channelAt(state.channels, wanted);
        if (own) return void (await go(channelSlug(own)));
        const found = await connection.call('channel.find', { name: wanted }).catch(error => {
          throw error.code === 'not_found' ? new Refusal(t('slash.noChannel', { name: `#${wanted}` })) : error;
        });
        if (!found.joined) await connection.call('member.join', { channelId: found.channel.channelId });
        return void (await go(channelSlug(found.channel)));
      }
      case 'leave':
        inChannel();
        await connection.call('member.leave', { channelId });
        await go('général');
        return say(t('channel.left', { channel: called }));
      case 'msg': {
        const { person: user, rest: text } = person();
        const direct = await connection.call('channel.openDirect', { userId: user.userId });
        if (text !== '') connection.send(direct.channelId, text);
        return void (await go(direct.channelId));
      }
      case 'who':
        inChannel();
        return onMembers();
      case 'away':
      case 'back':
      case 'dnd':
      case 'invisible': {
        const presence = name === 'back' ? 'online' : name;
        choosePresence(presence);
        return say(t('slash.state', { state: t(`presence.${presence}`) }));
      }
      case 'topic':
        inChannel();
        if (rest === '') throw usage();
        await connection.call('channel.update', { channelId, topic: rest });
        return say(t('slash.topicSet'));
      case 'scan':
      case 'ping':
      case 'trace':
      case 'dns':
      case 'port':
      case 'http': {
        const typed = typedDiagnostic(name, rest);
        if (!typed) throw usage();
        const { probeName } = await startTyped(connection, typed, channelId);
        return say(t('slash.asked', { probe: probeName }));
      }
      case 'incident':
      case 'ack':
      case 'note':
      case 'snooze': {
        const typed = typedIncident(name, rest);
        if (!typed) throw usage();
        if (typed.name === 'incident')
          return void (await (typed.siteCode === undefined
            ? navigate({ to: '/incidents' })
            : namesCentre(typed.siteCode)
              ? navigate({ to: '/incidents', search: { site: typed.siteCode } })
              : navigate({ to: '/sites/$code', params: { code: typed.siteCode } })));
        const { subject, siteName } = await actTyped(connection, typed);
        return say(t(`slash.did.${typed.name}`, { subject, site: siteName }));
      }
      case 'kick': {
        const { person: user, rest: reason } = person();
        await connection.call('user.kick', { userId: user.userId, reason });
        return say(t('sanction.done.kick', { name: user.name }));
      }
      case 'mute':
      case 'ban': {
        const { name: who, ...input } = sanction();
        await connection.call(name === 'mute' ? 'user.mute' : 'user.ban', input);
        return say(t(`sanction.done.${name}`, { name: who }));
      }
    }
  };

  return async (name: SlashName, rest: string): Promise<string | undefined> => {
    const { role } = slashCommands.find(each => each.name === name)!;
    if (!atLeast(connection.state!.me.role, role)) return sentence({ code: 'forbidden' });
    try {
      await run(name, rest);
      return undefined;
    } catch (error) {
      return error instanceof Refusal ? error.message : sentence(error);
    }
  };
}
