import type { Channel, CommandOutput, EventBody, SeenPresence } from '@aerie/contract';
import type { BusTopics } from '../../bus/bus.ts';
import type { CommittedEvent } from '../../store/unit.ts';
import { oldLine } from './lines.ts';

/** What the old wire needs to know by name. */
export interface Names {
  channel(channelId: string): Channel | undefined;
  userName(userId: string): string | undefined;
  hasAccount(name: string): boolean;
}

/** How events and people look to those who speak the old wire: the same line for all of them. */
export class ClasscordVoice {
  readonly #names: Names;
  #usersOf: CommandOutput<'presence.list'> | undefined;
  #users = '';

  constructor(names: Names) {
    this.#names = names;
  }

  line(event: CommittedEvent): string {
    const { message } = event.body as EventBody<'message.created'>;
    // A card that changed is a new line there: the old wire cannot change one.
    if (event.name !== 'message.created' && !(event.name === 'message.edited' && message.card)) return '';
    const channel = this.#names.channel(message.channelId);
    if (!channel) return '';
    const from = message.authorId === null ? { from: message.authorName, guest: true } : { from: message.authorName };
    const said = { ...from, content: message.content, timestamp: new Date(message.createdAt).toISOString() };
    if (channel.kind !== 'direct')
      return oldLine({ type: 'message', subtype: 'global', to: 'global', ...said, channel: `#${channel.name}` });
    const other = channel.directUserIds?.find(userId => userId !== message.authorId);
    return oldLine({ type: 'message', subtype: 'private', to: (other && this.#names.userName(other)) ?? '?', ...said });
  }

  presenceLine({ userId, state }: { userId: string; state: SeenPresence }): string {
    return statusLine(this.#names.userName(userId) ?? '?', state);
  }

  /** A guest who changes name goes, and comes again. */
  guestLines({ before, now }: BusTopics['guests.moved'][number]): string {
    const gone = before && before.name !== now?.name ? statusLine(before.name, 'offline') : '';
    return gone + (now ? statusLine(now.name, now.state) : '');
  }

  /** Who is here; made once for each list, since there are clients that ask every few seconds. */
  usersLine(list: CommandOutput<'presence.list'>): string {
    if (this.#usersOf !== list) {
      this.#usersOf = list;
      this.#users = oldLine({ type: 'users', users: [...new Set([...list.present, ...list.guests].map(one => one.name))] });
    }
    return this.#users;
  }
}

function statusLine(user: string, state: SeenPresence): string {
  return oldLine({ type: 'status', user, state });
}
