import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { channelAt, channelName, channelSlug, groupChannels } from '../../app/channels.ts';
import { useConnection, useLive } from '../../app/context.ts';
import { kept } from '../../app/kept.ts';
import { isCovered, isTyping, useKeys } from '../../app/keys.ts';
import { useNarrow } from '../../app/use-media.ts';
import { learn } from '../../i18n/translate.ts';
import { useText } from '../../i18n/use-text.tsx';
import { Blank } from '../../ui/blank.tsx';
import styles from './page.module.css';
import { ChannelList } from './parts/channel-list.tsx';
import { Conversation } from './parts/conversation.tsx';
import { MembersPanel } from './parts/members-panel.tsx';

/** The timeline of an incident, with its words, comes when the first one is opened. */
const IncidentPanel = lazy(async () => {
  const [panel, { words }] = await Promise.all([import('../incidents/parts/incident-panel.tsx'), import('../incidents/words.ts')]);
  learn(words);
  return { default: panel.IncidentPanel };
});

/** The rooms: the list of channels, the conversation in one, and who is in it. On a telephone one of the three at a time. */
export function ChatPage() {
  const { t, compare } = useText();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const connection = useConnection();
  const { channel: slug } = useParams({ strict: false });
  const { panel, incident } = useSearch({ strict: false });
  const channels = useLive(state => state.channels);
  const users = useLive(state => state.users);
  const me = useLive(state => state.me);
  const channel = slug === undefined ? undefined : channelAt(channels, slug);
  const lastKey = `last.${me.userId}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the order depends on channels, names and oneself, not on every message
  const order = useMemo(() => {
    const groups = groupChannels(connection.state!, compare);
    return [...groups.rooms, ...groups.direct];
  }, [connection, channels, users, me, compare]);

  // Without a channel in the address, a wide page opens the last one; a telephone shows the list.
  useEffect(() => {
    if (slug !== undefined || narrow) return;
    const target = channels.get(kept.read(lastKey) ?? '') ?? order[0];
    if (target) void navigate({ to: '/c/$channel', params: { channel: channelSlug(target) }, replace: true });
  }, [slug, narrow, channels, order, lastKey, navigate]);

  const channelId = channel?.channelId;
  useEffect(() => {
    if (channelId) kept.write(lastKey, channelId);
  }, [channelId, lastKey]);

  const showPanel = (open: boolean) => {
    if (slug !== undefined)
      void navigate({ to: '/c/$channel', params: { channel: slug }, search: open ? { panel: 'members' } : {}, replace: !narrow });
  };

  useKeys(event => {
    if (isCovered()) return;
    if (event.key === 'Escape' && (panel || incident) && !isTyping(event.target)) {
      event.preventDefault();
      showPanel(false);
    }
    if (event.altKey && !event.ctrlKey && !event.metaKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const among = event.shiftKey ? order.filter(each => each.unread > 0 || each.channelId === channelId) : order;
      const index = among.findIndex(each => each.channelId === channelId);
      const next = among.at((index + step + among.length) % among.length);
      if (next) void navigate({ to: '/c/$channel', params: { channel: channelSlug(next) } });
    }
  });

  const direct = channel?.kind === 'direct';
  const called = channel && (direct ? channelName(channel, users, me.userId) : `#${channel.name}`);
  const beside = channel === undefined ? undefined : incident;
  const panelOpen = panel === 'members' && channel !== undefined && !direct && beside === undefined;

  return (
    <>
      {!narrow && <ChannelList currentId={channelId} />}
      {narrow && slug === undefined && (
        <main className={styles.alone}>
          <h1 className="hidden-text">{t('rooms.chat')}</h1>
          <ChannelList currentId={undefined} />
        </main>
      )}
      {slug !== undefined &&
        (channel ? (
          <Conversation key={channelId} channel={channel} called={called!} detail={panelOpen} onDetail={() => showPanel(!panelOpen)} />
        ) : (
          <main className={styles.alone}>
            <Blank icon="hash" title={t('channel.missing')} action={<Link to="/">{t('channel.missingBack')}</Link>}>
              {t('channel.missingText')}
            </Blank>
          </main>
        ))}
      {beside !== undefined && (
        <Suspense fallback={null}>
          <IncidentPanel key={beside} incidentId={beside} onClose={() => showPanel(false)} />
        </Suspense>
      )}
      {panelOpen && <MembersPanel channel={channel} called={called!} onClose={() => showPanel(false)} />}
    </>
  );
}
