import type { OwnChannel } from '@aerie/contract';
import { atLeast } from '@aerie/contract/roles';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { channelName, channelSlug, groupChannels, isClosed, otherUserId } from '../../../app/channels.ts';
import { useConnection, useLive } from '../../../app/context.ts';
import { commandKey } from '../../../app/keys.ts';
import { usePalette } from '../../../app/palette-context.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { PresenceMark } from '../../../ui/avatar.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { useDraftChannels } from '../context.ts';
import { BrowseDialog } from './browse-dialog.tsx';
import styles from './channel-list.module.css';
import { CreateChannelDialog } from './create-channel-dialog.tsx';

/** One's channels and direct conversations, with what is unread in each. */
export function ChannelList({ currentId }: { currentId: string | undefined }) {
  const { t, compare } = useText();
  const connection = useConnection();
  const palette = usePalette();
  const state = useLive(whole => whole);
  const drafts = useDraftChannels();
  const [dialog, setDialog] = useState<'browse' | 'create'>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the groups depend on channels, names and oneself, not on every message
  const { rooms, direct } = useMemo(() => groupChannels(state, compare), [state.channels, state.users, state.me, compare]);

  const row = (channel: OwnChannel) => {
    const name = channelName(channel, state.users, state.me.userId);
    const draft = drafts.has(channel.channelId) && channel.channelId !== currentId;
    return (
      <li key={channel.channelId}>
        <Link
          to="/c/$channel"
          params={{ channel: channelSlug(channel) }}
          className={styles.row}
          aria-current={channel.channelId === currentId ? 'page' : undefined}
          data-unread={channel.unread > 0 || undefined}
          onPointerEnter={() => void connection.openChannel(channel.channelId).catch(() => {})}
        >
          {channel.kind === 'direct' ? (
            <span className={styles.sign}>
              <PresenceMark state={state.presence.get(otherUserId(channel, state.me.userId) ?? '') ?? 'offline'} />
            </span>
          ) : (
            <span className={styles.sign}>
              <Icon name={isClosed(channel) ? 'lock' : 'hash'} size={14} />
            </span>
          )}
          <span className={styles.name}>{name}</span>
          {draft && (
            <span className={styles.draft} title={t('channels.draft')}>
              <Icon name="pencil" size={14} />
              <span className="hidden-text">{t('channels.draft')}</span>
            </span>
          )}
          {channel.mentions > 0 && (
            <span className={styles.mentions}>
              <span aria-hidden="true">@{channel.mentions > 99 ? '99+' : channel.mentions}</span>
              <span className="hidden-text">{t('channels.mentions', { count: channel.mentions })}</span>
            </span>
          )}
          {channel.unread > 0 && (
            <span className={styles.unread} data-direct={channel.kind === 'direct' || undefined}>
              <span aria-hidden="true">{channel.unread > 99 ? '99+' : channel.unread}</span>
              <span className="hidden-text">{t('channels.unread', { count: channel.unread })}</span>
            </span>
          )}
        </Link>
      </li>
    );
  };

  return (
    <nav className={styles.list} aria-label={t('channels.title')}>
      <header className={styles.header}>
        <button type="button" className={styles.find} onClick={() => palette('')}>
          <Icon name="search" />
          <span>{t('channels.find')}</span>
          <kbd>{commandKey} K</kbd>
        </button>
      </header>
      <div className={styles.scroll}>
        <Section
          title={t('channels.title')}
          add={
            <Menu target={<IconButton icon="plus" label={t('channels.add')} className={styles.add} />}>
              <MenuItem icon="search" onClick={() => setDialog('browse')}>
                {t('channels.browse')}
              </MenuItem>
              {atLeast(state.me.role, 'technician') && (
                <MenuItem icon="plus" onClick={() => setDialog('create')}>
                  {t('channels.create')}
                </MenuItem>
              )}
            </Menu>
          }
        >
          {rooms.map(row)}
        </Section>
        <Section
          title={t('channels.direct')}
          add={
            atLeast(state.me.role, 'member') && (
              <IconButton icon="plus" label={t('channels.write')} onClick={() => palette('@')} className={styles.add} />
            )
          }
        >
          {direct.map(row)}
          {direct.length === 0 && atLeast(state.me.role, 'member') && <li className={styles.none}>{t('channels.noDirect')}</li>}
        </Section>
      </div>
      {dialog === 'browse' && <BrowseDialog onClose={() => setDialog(undefined)} />}
      {dialog === 'create' && <CreateChannelDialog onClose={() => setDialog(undefined)} />}
    </nav>
  );
}

function Section({ title, add, children }: { title: string; add: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <div className={styles.sectionHead}>
        <h2>{title}</h2>
        {add}
      </div>
      <ul>{children}</ul>
    </section>
  );
}
