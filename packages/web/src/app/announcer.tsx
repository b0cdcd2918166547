import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/use-text.tsx';
import { channelAt, slugAt } from './channels.ts';
import { useConnection } from './context.ts';

/** Longer texts are cut when they are read aloud as news; the message itself is there to be read. */
const mostChars = 240;

/** Tells a screen reader, politely, what others say in the channels that are not on the page; the open one is a log of its own. */
export function Announcer() {
  const { t } = useText();
  const connection = useConnection();
  const [news, setNews] = useState('');
  const { pathname } = useLocation();
  const open = useRef(pathname);
  open.current = pathname;
  useEffect(
    () =>
      connection.onEvent(frame => {
        // What was missed meanwhile is in the list, and not read out all at once.
        if (frame.event !== 'message.created' || connection.status !== 'live') return;
        const { state } = connection;
        const { message } = frame;
        if (!state || message.authorId === state.me.userId) return;
        const channel = state.channels.get(message.channelId);
        const slug = slugAt(open.current);
        if (slug !== undefined && channelAt(state.channels, slug) === channel) return;
        const said = { name: message.authorName, text: message.content.slice(0, mostChars) };
        const names = message.mentions?.includes(state.me.userId) ?? false;
        setNews(
          channel && channel.kind !== 'direct'
            ? t(names ? 'news.mention' : 'news.channel', { ...said, channel: channel.name })
            : t('news.direct', said),
        );
      }),
    [connection, t],
  );
  return (
    <p className="hidden-text" aria-live="polite">
      {news}
    </p>
  );
}
