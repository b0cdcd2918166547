import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { channelAt, channelName, mentionTotal, slugAt, unreadTotal } from './channels.ts';
import { useLive, useMe } from './context.ts';
import { roomAt, roomTitle } from './rooms.ts';

/** A count as it stands in a tab; nothing where there is nothing to count. */
function counted(mark: string, count: number): string {
  return count > 0 ? `(${mark}${count > 99 ? '99+' : count}) ` : '';
}

/** Names the tab after what is open, with what is unread before it: mentions of oneself go before all else. */
export function useTitle(): void {
  const { t } = useText();
  const { pathname } = useLocation();
  const { role } = useMe();
  const unread = useLive(unreadTotal);
  const mentions = useLive(mentionTotal);
  const open = useLive(state => {
    const slug = slugAt(pathname);
    const channel = slug === undefined ? undefined : channelAt(state.channels, slug);
    return channel && (channel.kind === 'direct' ? '' : '#') + channelName(channel, state.users, state.me.userId);
  });
  const room = roomAt(pathname);
  const place = open ?? (pathname === '/me' ? t('me.title') : room && t(roomTitle(room, role)));
  useEffect(() => {
    document.title = `${counted('@', mentions) || counted('', unread)}${place ? `${place} · ` : ''}Aerie`;
  }, [unread, mentions, place]);
  // Whoever has logged out leaves no name of a channel in the tab.
  useEffect(
    () => () => {
      document.title = 'Aerie';
    },
    [],
  );
}
