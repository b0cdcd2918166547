import type { OwnChannel, User } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useConnection, useLive } from '../../../app/context.ts';
import { plain } from '../../../app/matching.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { useSites } from '../../sites/queries.ts';
import { useBrowse, useMembers } from '../queries.ts';
import { slashCommands } from '../slash.ts';
import { completed, suggestions, type Wanted, wantedAt } from '../suggesting.ts';

/** One thing that may be chosen to go on. */
export type Suggestion =
  | { kind: 'person'; key: string; insert: string; user: User; isMember: boolean }
  | { kind: 'command'; key: string; insert: string; usage: string; does: string }
  | { kind: 'site'; key: string; insert: string; name: string }
  | { kind: 'channel'; key: string; insert: string; name: string; topic: string };

const most = 8;

/** What may be chosen for what stands before the caret, and the keys that choose it. */
export function useSuggestions(channel: OwnChannel, text: string, caret: number, choose: (text: string, caret: number) => void) {
  const { t, compare } = useText();
  const connection = useConnection();
  const users = useLive(state => state.users);
  const presence = useLive(state => state.presence);
  const me = useLive(state => state.me);
  const [chosen, setChosen] = useState(0);
  /** What Esc closed: it stays closed while the same thing is typed. */
  const [dismissed, setDismissed] = useState<string>();
  const wanted = useMemo(() => (text === '' ? undefined : wantedAt(text, caret)), [text, caret]);
  const place = wanted && `${wanted.kind} ${wanted.from}`;
  const [lastPlace, setLastPlace] = useState(place);
  if (lastPlace !== place) {
    setLastPlace(place);
    setChosen(0);
    setDismissed(undefined);
  }
  const ofPeople = wanted?.kind === 'mention' || wanted?.kind === 'person';
  const members = useMembers(channel.channelId, ofPeople);
  const sites = useSites(wanted?.kind === 'site');
  const browse = useBrowse(wanted?.kind === 'channel');
  const memberIds = useMemo(() => new Set(members.data?.userIds), [members.data]);

  const people = useMemo(() => {
    if (!ofPeople) return [];
    const rank = (user: User) => (memberIds.has(user.userId) ? 0 : 2) + (presence.has(user.userId) ? 0 : 1);
    return [...users.values()]
      .filter(user => user.kind === 'person' && !user.disabled && user.userId !== me.userId)
      .sort((a, b) => rank(a) - rank(b) || compare(a.name, b.name));
  }, [ofPeople, users, memberIds, presence, me.userId, compare]);

  const list = useMemo((): Suggestion[] => {
    if (!wanted) return [];
    switch (wanted.kind) {
      case 'command': {
        const typed = wanted.typed.toLowerCase();
        return slashCommands
          .filter(each => each.name.startsWith(typed) && atLeast(me.role, each.role))
          .map(({ name }) => ({
            kind: 'command',
            key: name,
            insert: `/${name}`,
            usage: t(`slash.usage.${name}`),
            does: t(`slash.does.${name}`),
          }));
      }
      case 'channel': {
        const { channels } = connection.state!;
        const own = [...channels.values()].filter(each => each.kind !== 'direct' && !each.archived);
        const others = (browse.data?.channels ?? []).filter(each => !each.archived && !channels.has(each.channelId));
        return suggestions([...own, ...others], wanted.typed, each => each.name, most).map(each => ({
          kind: 'channel',
          key: each.channelId,
          insert: each.name,
          name: each.name,
          topic: each.topic,
        }));
      }
      case 'site':
        return suggestions(sites.data?.sites ?? [], wanted.typed, each => `${each.code} ${each.name}`, most).map(each => ({
          kind: 'site',
          key: each.siteId,
          insert: each.code,
          name: each.name,
        }));
      case 'mention':
      case 'person':
        return suggestions(people, wanted.typed, user => user.name, most).map(user => ({
          kind: 'person',
          key: user.userId,
          insert: wanted.kind === 'mention' ? `@${user.name}` : user.name,
          user,
          isMember: memberIds.has(user.userId),
        }));
    }
  }, [wanted, people, connection, browse.data, sites.data, memberIds, me.role, t]);

  const shown = list.length > 0 && dismissed !== place ? list : [];
  const at = Math.min(chosen, shown.length - 1);

  const take = (index: number, of: Wanted) => {
    const next = completed(text, caret, of, shown[index]!.insert);
    choose(next.text, next.caret);
  };

  const isTyped = ({ insert }: Suggestion) => wanted !== undefined && plain(text.slice(wanted.from, caret)) === plain(insert);

  return {
    shown,
    at,
    setChosen,
    take: (index: number) => wanted && take(index, wanted),
    /** True when the key was for the list. */
    onKey: (event: KeyboardEvent): boolean => {
      if (shown.length === 0 || !wanted || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return false;
      const { key } = event;
      if (key === 'ArrowDown') setChosen((at + 1) % shown.length);
      else if (key === 'ArrowUp') setChosen((at - 1 + shown.length) % shown.length);
      else if (key === 'Escape') setDismissed(place);
      // What is complete already is sent, not completed.
      else if (key === 'Tab' || (key === 'Enter' && !isTyped(shown[at]!))) take(at, wanted);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
