import type { OwnChannel } from '@aerie/contract';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isClosed, otherUserId } from '../../../app/channels.ts';
import { useConnection, useLive } from '../../../app/context.ts';
import { useDo } from '../../../app/use-act.ts';
import { useNarrow } from '../../../app/use-media.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { PresenceMark } from '../../../ui/avatar.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { Menu, MenuDivider, MenuItem } from '../../../ui/menu.tsx';
import { useSay } from '../../../ui/toast.tsx';
import styles from './channel-header.module.css';
import { ChannelSettingsDialog } from './channel-settings-dialog.tsx';

interface ChannelHeaderProps {
  channel: OwnChannel;
  called: string;
  detail: boolean;
  onDetail: () => void;
}

/** What a channel is called, what it is about, and what one may do with it. */
export function ChannelHeader({ channel, called, detail, onDetail }: ChannelHeaderProps) {
  const { t } = useText();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const me = useLive(state => state.me);
  const [changing, setChanging] = useState(false);
  const direct = channel.kind === 'direct';
  const presence = useLive(state => state.presence.get(otherUserId(channel, me.userId) ?? '') ?? 'offline');

  return (
    <header className={styles.header}>
      {narrow && <IconButton icon="back" label={t('back')} onClick={() => void navigate({ to: '/' })} />}
      <div className={styles.words}>
        <h1 className={styles.name}>
          {direct ? <PresenceMark state={presence} /> : <Icon name={channel.archived ? 'archive' : isClosed(channel) ? 'lock' : 'hash'} />}
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
          <ChannelActs channel={channel} called={called} detail={detail} onDetail={onDetail} onChange={() => setChanging(true)} />
        </Menu>
      )}
      {changing && <ChannelSettingsDialog channel={channel} onClose={() => setChanging(false)} />}
    </header>
  );
}

/** What one may do with a channel; an administrator may more. */
function ChannelActs({ channel, called, detail, onDetail, onChange }: ChannelHeaderProps & { onChange: () => void }) {
  const { t, sentence } = useText();
  const say = useSay();
  const act = useDo();
  const navigate = useNavigate();
  const connection = useConnection();
  const me = useLive(state => state.me);
  const { channelId, archived } = channel;

  const leave = async () => {
    try {
      await connection.call('member.leave', { channelId });
      await navigate({ to: '/c/$channel', params: { channel: 'général' } });
      say(t('channel.left', { channel: called }));
    } catch (error) {
      say(sentence(error), 'bad');
    }
  };
  const archive = (wanted: boolean) =>
    void act(
      'channel.update',
      { channelId, archived: wanted },
      t(wanted ? 'channel.archivedNow' : 'channel.unarchived', { channel: called }),
    );

  return (
    <>
      <MenuItem icon="people" onClick={() => detail || onDetail()}>
        {t('channel.members')}
      </MenuItem>
      {me.role === 'admin' && (
        <>
          <MenuItem icon="edit" onClick={onChange}>
            {t('channel.settings')}
          </MenuItem>
          <MenuItem icon={archived ? 'check' : 'archive'} onClick={() => archive(!archived)}>
            {t(archived ? 'channel.unarchive' : 'channel.archive')}
          </MenuItem>
        </>
      )}
      <MenuDivider />
      <MenuItem icon="logout" danger onClick={() => void leave()}>
        {t('channel.leave')}
      </MenuItem>
    </>
  );
}
