import type { OwnChannel } from '@aerie/contract';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isClosed, otherUserId } from '../../../app/channels.ts';
import { useConnection, useLive } from '../../../app/context.ts';
import { useNarrow } from '../../../app/use-media.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { PresenceMark } from '../../../ui/avatar.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { useSay } from '../../../ui/toast.tsx';
import styles from './channel-header.module.css';
import { TopicDialog } from './topic-dialog.tsx';

/** What a channel is called, what it is about, and what one may do with it. */
export function ChannelHeader({
  channel,
  called,
  detail,
  onDetail,
}: {
  channel: OwnChannel;
  called: string;
  detail: boolean;
  onDetail: () => void;
}) {
  const { t, sentence } = useText();
  const say = useSay();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const connection = useConnection();
  const me = useLive(state => state.me);
  const [topicOpen, setTopicOpen] = useState(false);
  const direct = channel.kind === 'direct';
  const presence = useLive(state => state.presence.get(otherUserId(channel, me.userId) ?? '') ?? 'offline');

  const leave = async () => {
    try {
      await connection.call('member.leave', { channelId: channel.channelId });
      await navigate({ to: '/c/$channel', params: { channel: 'général' } });
      say(t('channel.left', { channel: called }));
    } catch (error) {
      say(sentence(error), 'bad');
    }
  };

  return (
    <header className={styles.header}>
      {narrow && <IconButton icon="back" label={t('back')} onClick={() => void navigate({ to: '/' })} />}
      <div className={styles.words}>
        <h1 className={styles.name}>
          {direct ? <PresenceMark state={presence} /> : <Icon name={isClosed(channel) ? 'lock' : 'hash'} />}
          <span>{direct ? called : channel.name}</span>
        </h1>
        {direct ? (
          <p className={styles.topic}>{t(`presence.${presence}`)}</p>
        ) : (
          channel.topic && (
            <p className={styles.topic} title={channel.topic}>
              {channel.topic}
            </p>
          )
        )}
      </div>
      {!direct && <IconButton icon="people" label={t('channel.members')} aria-pressed={detail} onClick={onDetail} />}
      {!direct && (
        <Menu target={<IconButton icon="more" label={t('channel.more')} />}>
          {me.role === 'admin' && (
            <MenuItem icon="edit" onClick={() => setTopicOpen(true)}>
              {t('channel.editTopic')}
            </MenuItem>
          )}
          <MenuItem icon="logout" danger onClick={() => void leave()}>
            {t('channel.leave')}
          </MenuItem>
        </Menu>
      )}
      {topicOpen && <TopicDialog channel={channel} called={called} onClose={() => setTopicOpen(false)} />}
    </header>
  );
}
