import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { channelAt, channelName, slugAt, unreadTotal } from './channels.ts';
import { useLive } from './context.ts';
import { roomAt } from './rooms.ts';

/** Names the tab after what is open, with what is unread before it. */
export function useTitle(): void {
  const { t } = useText();
  const { pathname } = useLocation();
  const unread = useLive(unreadTotal);
  const open = useLive(state => {
    const slug = slugAt(pathname);
    const channel = slug === undefined ? undefined : channelAt(state.channels, slug);
    return channel && (channel.kind === 'direct' ? '' : '#') + channelName(channel, state.users, state.me.userId);
  });
  const room = roomAt(pathname);
  const place = open ?? (pathname === '/me' ? t('me.title') : room && t(room.title));
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread > 99 ? '99+' : unread}) ` : ''}${place ? `${place} · ` : ''}Aerie`;
  }, [unread, place]);
  // Whoever has logged out leaves no name of a channel in the tab.
  useEffect(
    () => () => {
      document.title = 'Aerie';
    },
    [],
  );
}
